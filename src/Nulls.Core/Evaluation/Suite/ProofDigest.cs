using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nulls.Evaluation.Corpora;

namespace Nulls.Evaluation.Suite;

/// <summary>Names what a model or a measurement depends on, so that the cache never gives one for another.</summary>
internal static class ProofDigest
{
    // Raised when what a model of the suite is, or what its measurements mean, changes without an option changing.
    private const string Version = "3";
    private const int Characters = 12;
    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Of what every model follows from: the texts, what is forgotten, the options, and the version of the library.</summary>
    public static string OfModels(ProofQuestions questions, NullsBundleOptions options)
    {
        var corpus = questions.Corpus;
        return Of(
        [
            Version, $"{typeof(NullsBundle).Assembly.GetName().Version}", $"{corpus.HasIndependentSentences}",
            JsonSerializer.Serialize(options.Model, Json), JsonSerializer.Serialize(options.Training with { StepsPerReport = 1, CheckpointInterval = TimeSpan.FromSeconds(1), StepsPerCheckpoint = 0 }, Json),
            JsonSerializer.Serialize(options.Tokenizer, Json), options.Device, $"{options.ScoringPrecision}",
            "documents", .. corpus.Documents.SelectMany(document => new[] { document.Source!, document.Text }), "general", .. corpus.GeneralTexts, // A proof's corpus has a source for each.
            "forgotten", .. questions.Forget.Sources,
        ]);
    }

    /// <summary>Of what is asked and read: questions, passages, texts held out.</summary>
    public static string OfQuestions(ProofCorpus corpus) => Of(
    [
        Version, JsonSerializer.Serialize(corpus.Probes, Json), "passages", .. corpus.Passages.SelectMany(passage => new[] { passage.Source ?? "", passage.Text }),
        "held out", .. corpus.HeldOut.SelectMany(document => new[] { document.Source ?? "", document.Text }), "general", .. corpus.GeneralHeldOut,
    ]);

    /// <summary>Of some parts, each with its length before it.</summary>
    public static string Of(IEnumerable<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..Characters];
    }

    /// <summary>Of options, such as the budget of an attack or the sizes of a network.</summary>
    public static string OfOptions(object options) => Of([JsonSerializer.Serialize(options, options.GetType(), Json)]);
}
