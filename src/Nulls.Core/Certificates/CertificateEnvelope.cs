using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nulls.Certificates;

/// <summary>A DSSE envelope (version 1) as JSON: the payload, its type, and at most one signature.</summary>
internal sealed record CertificateEnvelope(string Payload, string PayloadType, IReadOnlyList<CertificateEnvelope.Signature> Signatures)
{
    public const string StatementPayload = "application/vnd.in-toto+json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        // Base64 has signs that HTML would mind, and this is not put into HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <exception cref="InvalidDataException">The bytes are no such envelope, or are not written as this library writes them.</exception>
    public static CertificateEnvelope Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var envelope = JsonSerializer.Deserialize<CertificateEnvelope>(bytes, Json) ?? throw new JsonException("It is null.");
            if (envelope.PayloadType != StatementPayload)
                throw new InvalidDataException($"The envelope holds a payload of type '{envelope.PayloadType}', but a certificate is of type '{StatementPayload}'.");
            if (envelope.Signatures.Count > 1)
                throw new InvalidDataException($"The envelope has {envelope.Signatures.Count} signatures, but a certificate has one at most.");
            if (!bytes.SequenceEqual(envelope.ToBytes()))
                throw new InvalidDataException("The certificate is not in the one form that this library writes: it was changed, or written by another program.");
            return envelope;
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"These bytes are no certificate, which is a DSSE envelope in JSON: {failure.Message}", failure);
        }
    }

    /// <summary>What is signed: the payload with its type and the lengths of both, as DSSE's PAE writes them.</summary>
    public static byte[] ToBeSigned(ReadOnlySpan<byte> payload) =>
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {StatementPayload.Length} {StatementPayload} {payload.Length} ")), .. payload];

    internal sealed record Signature([property: JsonPropertyName("keyid")] string KeyId, string Sig);
}
