using System.Text.Json;

namespace Nulls.Evaluation;

/// <summary>Reads benchmarks in the layout of LLM Foundry: one JSON object a line.</summary>
/// <remarks>
/// Three forms are known: <c>query</c>, <c>choices</c> and <c>gold</c> (ARC, PIQA, OpenBookQA, COPA, BoolQ ...); <c>context_options</c>,
/// <c>continuation</c> and <c>gold</c>, where the continuation is the same and what precedes it differs (Winogrande, WSC); <c>context</c>
/// and <c>continuation</c>, a gap to fill (LAMBADA, QA-Wikidata). A query that has "Question:" in it and does not end in "Answer:" gets
/// that on a line of its own, as the LM Evaluation Harness prompts. No examples precede a question.
/// </remarks>
public static class BenchmarkReader
{
    /// <summary>Reads a benchmark.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line has none of the forms, or <c>gold</c> is no choice's number.</exception>
    public static IReadOnlyList<BenchmarkQuestion> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return JsonLines.Read(path, Question);
    }

    private static BenchmarkQuestion Question(JsonElement json)
    {
        if (json.TryGetProperty("choices", out _))
        {
            var context = Prompt(json.Text("query"));
            return Choice(json, [.. json.Texts("choices").Select(choice => new BenchmarkChoice(context, " " + choice.TrimStart()))]);
        }

        var continuation = " " + json.Text("continuation").TrimStart();
        if (json.TryGetProperty("context_options", out _))
            return Choice(json, [.. json.Texts("context_options").Select(context => new BenchmarkChoice(context.TrimEnd(), continuation))]);
        return new BenchmarkQuestion([new BenchmarkChoice(json.Text("context").TrimEnd(), continuation)], 0);
    }

    private static BenchmarkQuestion Choice(JsonElement json, BenchmarkChoice[] choices)
    {
        if (choices.Length < 2)
            throw new InvalidDataException($"A question needs at least 2 choices, and this one has {choices.Length}.");
        return new BenchmarkQuestion(choices, json.Whole("gold", 0, choices.Length - 1));
    }

    private static string Prompt(string query)
    {
        var trimmed = query.TrimEnd();
        return trimmed.Contains("Question:", StringComparison.Ordinal) && !trimmed.EndsWith("Answer:", StringComparison.Ordinal) ? trimmed + "\nAnswer:" : trimmed;
    }
}
