using Microsoft.ML;
using Microsoft.ML.Data;
using Nulls.Evaluation;
using Nulls.Evaluation.Corpora;

namespace Nulls.MLNet.Pipeline;

/// <summary>Reads facts of a data view, and names those that are no facts.</summary>
internal static class FactReader
{
    private const int MostNamed = 5;
    private const int MostLetters = 60;

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    /// <exception cref="ArgumentException">There are no facts, or one lacks something.</exception>
    public static IReadOnlyList<ProofProbe> Read(IDataView data, NullsEvaluationOptions options, string parameter)
    {
        var prompt = Text("prompt", options.PromptColumnName) ?? throw InputColumns.Missing(parameter, "prompt", options.PromptColumnName);
        var answer = Text("answer", options.AnswerColumnName) ?? throw InputColumns.Missing(parameter, "answer", options.AnswerColumnName);
        var alternatives = Texts("alternatives", options.AlternativesColumnName);
        var paraphrases = Texts("paraphrases", options.ParaphrasesColumnName);
        var source = InputColumns.FindSource(data.Schema, options.SourceColumnName, parameter);
        var sources = Texts("sources", options.SourcesColumnName);
        var kind = Text("kind", options.KindColumnName);
        if (source is null && sources is null)
            throw InputColumns.Missing(parameter, "source", $"{options.SourceColumnName}' or '{options.SourcesColumnName}");

        DataViewSchema.Column?[] columns = [prompt, answer, alternatives, paraphrases, source, sources, kind];
        using var cursor = data.GetRowCursor(columns.OfType<DataViewSchema.Column>());
        var (readPrompt, readAnswer) = (TextReader(cursor, prompt), TextReader(cursor, answer));
        var (readAlternatives, readParaphrases, readSources) = (VectorReader(cursor, alternatives), VectorReader(cursor, paraphrases), VectorReader(cursor, sources));
        Func<string?> readSource = source is { } one ? InputReader.CreateSourceReader(cursor, one) : static () => null;
        var readKind = kind is { } sort ? TextReader(cursor, sort) : static () => "";
        var facts = new List<ProofProbe>();
        var wrong = new List<string>();
        while (cursor.MoveNext())
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            string[] stating = [.. readSources().Prepend(readSource() ?? "").Where(key => key.Length > 0).Distinct()];
            var fact = new ProofProbe(FactKind.Unique, readPrompt(), readAnswer(), readAlternatives(), stating) { Paraphrases = readParaphrases() };
            var (kindOf, kindText) = KindOf(readKind(), stating.Length);
            if (WhatIsWrong(fact, kindText) is { } what)
                wrong.Add($"fact {facts.Count + wrong.Count + 1}, '{Beginning(fact.Prompt)}', {what}");
            else
                facts.Add(fact with { Kind = kindOf });
        }

        if (wrong.Count > 0)
            throw new ArgumentException($"{wrong.Count} of {wrong.Count + facts.Count} facts cannot be asked: {string.Join("; ", wrong.Take(MostNamed))}{(wrong.Count > MostNamed ? "; ..." : "")}.", parameter);
        return facts.Count > 0 ? facts : throw new ArgumentException("The facts have no row: what a model knows is asked with questions whose answers are known.", parameter);

        DataViewSchema.Column? Text(string role, string name) => data.Schema.GetColumnOrNull(name) is not { } column ? null
            : column.Type is TextDataViewType ? column : throw InputColumns.Mismatch(parameter, role, name, "String", $"{column.Type}");

        DataViewSchema.Column? Texts(string role, string name) => data.Schema.GetColumnOrNull(name) is not { } column ? null
            : column.Type is VectorDataViewType { ItemType: TextDataViewType } ? column : throw InputColumns.Mismatch(parameter, role, name, "Vector<String>", $"{column.Type}");
    }

    private static string? WhatIsWrong(ProofProbe fact, string? unknownKind)
    {
        if (fact.Prompt.Length == 0)
            return "has no prompt";
        if (string.IsNullOrWhiteSpace(fact.Answer))
            return "has no answer";
        if (fact.Sources.Count == 0)
            return "names no source";
        if (fact.Alternatives.Contains(fact.Answer))
            return $"has its right answer '{fact.Answer}' among the wrong ones";
        return unknownKind is null ? null : $"is of the kind '{unknownKind}', and there are {string.Join(", ", Enum.GetNames<FactKind>())}";
    }

    private static (FactKind Kind, string? Unknown) KindOf(string text, int sources)
    {
        if (text.Length == 0)
            return (sources > 1 ? FactKind.Shared : FactKind.Unique, null);
        return Enum.GetNames<FactKind>().Contains(text) ? (Enum.Parse<FactKind>(text), null) : (FactKind.Unique, text);
    }

    private static string Beginning(string text) => text.Length <= MostLetters ? text : text[..MostLetters] + "...";

    private static Func<string> TextReader(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        var text = default(ReadOnlyMemory<char>);
        return () =>
        {
            getter(ref text);
            return text.ToString();
        };
    }

    private static Func<string[]> VectorReader(DataViewRow row, DataViewSchema.Column? column)
    {
        if (column is not { } known)
            return static () => [];
        var getter = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(known);
        var texts = default(VBuffer<ReadOnlyMemory<char>>);
        return () =>
        {
            getter(ref texts);
            return [.. texts.DenseValues().Where(text => !text.IsEmpty).Select(text => text.ToString())];
        };
    }
}
