using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nulls.Evaluation.Suite;

/// <summary>The file of a <see cref="ProofReport"/>: <see cref="ProofReportWriter"/> says how it looks.</summary>
internal sealed record ProofReportFormat(
    string Format,
    int Version,
    string Corpus,
    string Form,
    string ForgetSet,
    int SourceCount,
    int ForgottenCount,
    IReadOnlyList<int> Seeds,
    DateTimeOffset Made,
    double ComputedSeconds,
    string Environment,
    IReadOnlyList<ProofReportFormat.Claim> Claims,
    IReadOnlyList<ProofOmission> NotRun,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<ProofSystem> Systems,
    IReadOnlyList<ProofReportFormat.Measurement> Measurements)
{
    public const string Name = "Nulls proof";
    public const int Current = 1;

    public static JsonSerializerOptions Options { get; } = Make(new OneLine());

    private static readonly JsonSerializerOptions Compact = new(Make()) { WriteIndented = false };

    public static ProofReportFormat Of(ProofReport report)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var system in report.Systems)
            places.TryAdd(system.Name, places.Count);

        return new(
            Name, Current, report.Corpus, report.Form, report.ForgetSet, report.SourceCount, report.ForgottenCount, report.Seeds, report.Made,
            report.Computed.TotalSeconds, report.Environment, [.. report.Claims.Select(Claim.Of)], report.NotRun, report.Warnings, report.Systems,
            [.. report.Measurements
                .OrderBy(measurement => places.GetValueOrDefault(measurement.System, int.MaxValue))
                .ThenBy(measurement => measurement.System, StringComparer.Ordinal)
                .ThenBy(measurement => measurement.Metric, StringComparer.Ordinal)
                .ThenBy(measurement => measurement.FactType, StringComparer.Ordinal)
                .ThenBy(measurement => measurement.Seed)
                .ThenBy(measurement => measurement.Step ?? -1)
                .Select(Measurement.Of)]);
    }

    public ProofReport ToReport() => new()
    {
        Corpus = Corpus,
        Form = Form,
        ForgetSet = ForgetSet,
        SourceCount = SourceCount,
        ForgottenCount = ForgottenCount,
        Seeds = Seeds,
        Made = Made,
        Computed = TimeSpan.FromSeconds(ComputedSeconds),
        Environment = Environment,
        Systems = Systems,
        Measurements = [.. Measurements.Select(measurement => measurement.ToMeasurement())],
        Claims = [.. Claims.Select(claim => claim.ToClaim())],
        NotRun = NotRun,
        Warnings = Warnings,
    };

    private static JsonSerializerOptions Make(params JsonConverter[] more)
    {
        var options = new JsonSerializerOptions
        {
            WriteIndented = true,
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            RespectRequiredConstructorParameters = true,
            RespectNullableAnnotations = true,
            Converters = { new NumberOrNull(), new LowerAndUpper() },
        };
        foreach (var converter in more)
            options.Converters.Add(converter);
        return options;
    }

    public sealed record Claim(string Name, string Statement, double Value, double Reach, bool IsAtLeast, bool Held, int N, ConfidenceInterval? Interval, string Note)
    {
        // An infinite value is written as null, which does not hold.
        public static Claim Of(ProofClaim claim) =>
            new(claim.Name, claim.Statement, claim.Value, claim.Reach, claim.IsAtLeast, claim.Held && double.IsFinite(claim.Value), claim.Count, claim.Interval, claim.Note);

        public ProofClaim ToClaim()
        {
            var claim = new ProofClaim(Name, Statement, Value, Reach, IsAtLeast, N, Interval) { Note = Note };
            return claim.Held == Held
                ? claim
                : throw new InvalidDataException($"the claim '{Name}' is said to be {(Held ? "held" : "missed")}, and its value and reach say that it is not.");
        }
    }

    public sealed record Measurement(string System, string Metric, string FactType, int Seed, int? Step, double Value, int N, ConfidenceInterval? Interval)
    {
        public static Measurement Of(ProofMeasurement from) =>
            new(from.System, from.Metric, from.FactType, from.Seed, from.Step, from.Value, from.Count, from.Interval);

        public ProofMeasurement ToMeasurement() => new(System, Metric, FactType, Seed, Value, N, Interval) { Step = Step };
    }

    // Thousands of numbers: one line each is what people and line-by-line tools can read. A raw value is not indented by the writer.
    private sealed class OneLine : JsonConverter<Measurement>
    {
        public override Measurement? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => JsonSerializer.Deserialize<Measurement>(ref reader, Compact);

        public override void Write(Utf8JsonWriter writer, Measurement value, JsonSerializerOptions options) => writer.WriteRawValue("\n    " + JsonSerializer.Serialize(value, Compact));
    }

    private sealed class NumberOrNull : JsonConverter<double>
    {
        public override bool HandleNull => true;

        public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
                writer.WriteNumberValue(value);
            else
                writer.WriteNullValue();
        }
    }

    private sealed class LowerAndUpper : JsonConverter<ConfidenceInterval>
    {
        public override ConfidenceInterval Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<double[]>(ref reader, options) is { Length: 2 } ends
                ? new(ends[0], ends[1])
                : throw new JsonException("An interval is a list of its lower and its upper end.");

        public override void Write(Utf8JsonWriter writer, ConfidenceInterval value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, (double[])[value.Lower, value.Upper], options);
    }
}
