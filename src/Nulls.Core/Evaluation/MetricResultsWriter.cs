using System.Text.Json;
using Nulls.Storage;

namespace Nulls.Evaluation;

/// <summary>Writes metrics as JSON, in our form and in those of OpenUnlearning, whole or not at all.</summary>
/// <remarks>JSON has no NaN and no infinity: such a number is written as null, which OpenUnlearning reads as None.</remarks>
public static class MetricResultsWriter
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <summary>Writes our form: <c>{ "metrics": [ { "name", "value", "n", "standard_error", "interval": [lower, upper], "seed", "values": { statistic: [...] } } ] }</c>, what is not known left out.</summary>
    /// <param name="path">The file to make or replace; its folder exists.</param>
    /// <param name="results">The metrics.</param>
    /// <exception cref="ArgumentException">Two metrics have one name and seed, or one's lists of values differ in length.</exception>
    /// <exception cref="IOException">The file cannot be written; what it held is kept.</exception>
    public static void Write(string path, IReadOnlyList<MetricResult> results)
    {
        Check(results, result => (result.Name, result.Seed));
        Write(path, json =>
        {
            json.WriteStartArray("metrics");
            foreach (var result in results)
                WriteOurs(json, result);
            json.WriteEndArray();
        });
    }

    /// <summary>Writes OpenUnlearning's log (<c>*_EVAL.json</c>): <c>{ name: { "agg_value": number, "value_by_index": { "0": { statistic: number } } } }</c>.</summary>
    /// <inheritdoc cref="Write(string, IReadOnlyList{MetricResult})"/>
    /// <exception cref="ArgumentException">Two metrics have one name, or one's lists of values differ in length.</exception>
    public static void WriteOpenUnlearning(string path, IReadOnlyList<MetricResult> results)
    {
        Check(results, result => result.Name);
        Write(path, json =>
        {
            foreach (var result in results.OrderBy(result => result.Name, StringComparer.Ordinal))
            {
                json.WriteStartObject(result.Name);
                WriteNumber(json, "agg_value", result.Value);
                if (result.ValuesByIndex.Count > 0)
                    WriteByIndex(json, result.ValuesByIndex);
                json.WriteEndObject();
            }
        });
    }

    /// <summary>Writes OpenUnlearning's summary (<c>*_SUMMARY.json</c>): <c>{ name: number }</c>. Metrics without a number are left out, as there.</summary>
    /// <inheritdoc cref="WriteOpenUnlearning(string, IReadOnlyList{MetricResult})"/>
    public static void WriteOpenUnlearningSummary(string path, IReadOnlyList<MetricResult> results)
    {
        Check(results, result => result.Name);
        Write(path, json =>
        {
            foreach (var result in results.Where(result => double.IsFinite(result.Value)).OrderBy(result => result.Name, StringComparer.Ordinal))
                json.WriteNumber(result.Name, result.Value);
        });
    }

    private static void WriteOurs(Utf8JsonWriter json, MetricResult result)
    {
        json.WriteStartObject();
        json.WriteString("name", result.Name);
        WriteNumber(json, "value", result.Value);
        if (result.Count > 0)
            json.WriteNumber("n", result.Count);
        if (result.StandardError is { } error)
            WriteNumber(json, "standard_error", error);
        if (result.Interval is { } interval)
        {
            json.WriteStartArray("interval");
            WriteValue(json, interval.Lower);
            WriteValue(json, interval.Upper);
            json.WriteEndArray();
        }

        if (result.Seed is { } seed)
            json.WriteNumber("seed", seed);
        if (result.ValuesByIndex.Count > 0)
        {
            json.WriteStartObject("values");
            foreach (var (statistic, values) in result.ValuesByIndex)
            {
                json.WriteStartArray(statistic);
                foreach (var value in values)
                    WriteValue(json, value);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteByIndex(Utf8JsonWriter json, IReadOnlyDictionary<string, IReadOnlyList<double>> valuesByIndex)
    {
        json.WriteStartObject("value_by_index");
        for (var i = 0; i < valuesByIndex.Values.First().Count; i++)
        {
            json.WriteStartObject($"{i}");
            foreach (var (statistic, values) in valuesByIndex)
                WriteNumber(json, statistic, values[i]);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Write(string path, Action<Utf8JsonWriter> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, stream =>
        {
            using var json = new Utf8JsonWriter(stream, Indented);
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        });
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        WriteValue(json, value);
    }

    private static void WriteValue(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteNullValue();
    }

    private static void Check<TKey>(IReadOnlyList<MetricResult> results, Func<MetricResult, TKey> key)
    {
        ArgumentNullException.ThrowIfNull(results);
        if (results.GroupBy(key).FirstOrDefault(group => group.Count() > 1) is { } repeated)
            throw new ArgumentException($"Every metric of a file needs a name of its own, and {repeated.Count()} are called '{repeated.First().Name}'.", nameof(results));
        foreach (var result in results)
        {
            if (result.ValuesByIndex.Values.Select(values => values.Count).Distinct().Count() > 1)
            {
                var lengths = string.Join(", ", result.ValuesByIndex.Select(values => $"'{values.Key}' {values.Value.Count}"));
                throw new ArgumentException($"A metric's lists of values must be equally long, and those of '{result.Name}' are not: {lengths}.", nameof(results));
            }
        }
    }
}
