using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nulls.Certificates;

/// <summary>What is signed: an in-toto statement (version 1) whose subjects are the weights before and after.</summary>
internal sealed record CertificateStatement(
    [property: JsonPropertyName("_type")] string Type, IReadOnlyList<CertificateStatement.Weights> Subject, string PredicateType, CertificateStatement.What Predicate)
{
    public const string StatementType = "https://in-toto.io/Statement/v1";

    // It names the format and leads nowhere: the domain is reserved for examples.
    public const string UnlearningType = "https://nulls.example/unlearning-certificate/v1";
    public const string BeforeName = "before/model.safetensors";
    public const string AfterName = "after/model.safetensors";

    // What is not known is left out, and what is not in the format is refused, so that a statement has one form in bytes.
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    [JsonIgnore]
    public string DigestBefore => Subject[0].Digest["sha256"];

    [JsonIgnore]
    public string DigestAfter => Subject[1].Digest["sha256"];

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <exception cref="InvalidDataException">The bytes are no statement of this kind, or are not written as this library writes them.</exception>
    public static CertificateStatement Parse(ReadOnlySpan<byte> payload)
    {
        CertificateStatement statement;
        try
        {
            statement = JsonSerializer.Deserialize<CertificateStatement>(payload, Json) ?? throw new JsonException("It is null.");
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException)
        {
            throw new InvalidDataException($"The certificate's payload is no statement about unlearning: {failure.Message}", failure);
        }

        if (statement.Type != StatementType || statement.PredicateType != UnlearningType)
            throw new InvalidDataException($"The certificate's payload is a '{statement.PredicateType}' in a '{statement.Type}', and this library reads '{UnlearningType}' in '{StatementType}'. A newer version of Nulls.MLNet may read it.");
        if (!payload.SequenceEqual(statement.ToBytes()))
            throw new InvalidDataException("The certificate's payload is not in the one form that this library writes: it was changed, or written by another version.");
        RequireWhole(statement);
        return statement;
    }

    private static void RequireWhole(CertificateStatement statement)
    {
        if (statement.Subject.Count != 2 || statement.Subject[0].Name != BeforeName || statement.Subject[1].Name != AfterName
            || statement.Subject.Any(weights => weights.Digest.Count != 1 || !weights.Digest.TryGetValue("sha256", out var digest) || digest.Length != 64 || !digest.All(char.IsAsciiHexDigitLower)))
            throw new InvalidDataException($"A certificate is about '{BeforeName}' and '{AfterName}', each with its SHA-256 alone, but this one is not.");
        if (statement.Predicate.Sinks.PoolWidth < 1)
            throw new InvalidDataException("A certificate's pool has 1 sink or more, but this one's has none.");
        try
        {
            foreach (var test in statement.Predicate.Tests)
                test.Validate();
        }
        catch (ArgumentException fault)
        {
            throw new InvalidDataException($"A test of the certificate says what cannot be: {fault.Message}", fault);
        }
    }

    internal sealed record Weights(string Name, IReadOnlyDictionary<string, string> Digest);

    internal sealed record What(
        Guid Id, DateTimeOffset IssuedAt, string IssuedBy, CertificateMode Mode, string Method, Order Order, Record Ledger, Sinks Sinks,
        IReadOnlyList<CertificateTest> Tests, IReadOnlyList<CertificateArtefact> Recall, IReadOnlyList<string> Limits, Loss? Impact = null);

    /// <param name="Sources">Pseudonyms: HMAC-SHA256 under the ledger's key.</param>
    /// <param name="OrderedAt">When the ledger's entry was made.</param>
    /// <param name="ReasonCode">The reason, as a code.</param>
    /// <param name="LegalBasis">The legal basis.</param>
    /// <param name="Actor">Who acted.</param>
    /// <param name="RequesterRole">Who asked.</param>
    /// <param name="ApproverRole">Who approved.</param>
    internal sealed record Order(
        IReadOnlyList<string> Sources, DateTimeOffset OrderedAt, string ReasonCode, string LegalBasis, string Actor, string? RequesterRole = null, string? ApproverRole = null);

    /// <param name="Id">The ledger.</param>
    /// <param name="KeyId">The id of the key that it is written under.</param>
    /// <param name="Head">How far the ledger had come when the certificate was issued.</param>
    /// <param name="Sequence">The entry's place.</param>
    /// <param name="EntryId">The entry.</param>
    /// <param name="EntryHash">The entry's SHA-256.</param>
    internal sealed record Record(Guid Id, string KeyId, string Head, long Sequence, Guid EntryId, string EntryHash);

    /// <param name="PoolWidth">The sinks of a layer, the erased among them.</param>
    /// <param name="Commitment">SHA-256 of a salt and the set; the salt is HMAC-SHA256 under the ledger's key.</param>
    /// <param name="Sealed">The set, encrypted under a key that only the ledger's key gives.</param>
    internal sealed record Sinks(int PoolWidth, string Commitment, string Sealed);

    /// <param name="DeadShare">The share of the pool that is dead.</param>
    /// <param name="AffectedShare">The share of survivors that lost a sink.</param>
    /// <param name="MeanShareLost">The mean share of a survivor's sinks that was lost.</param>
    /// <param name="SurvivorChange">The change of the loss on a sample of survivors' texts.</param>
    /// <param name="GeneralChange">That on general texts.</param>
    internal sealed record Loss(double DeadShare, double AffectedShare, double MeanShareLost, Change? SurvivorChange = null, Change? GeneralChange = null);

    internal sealed record Change(double Mean, int Texts, double? Lower = null, double? Upper = null);
}
