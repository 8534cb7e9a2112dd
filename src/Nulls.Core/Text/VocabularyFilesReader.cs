using System.Text.Json;

namespace Nulls.Text;

/// <summary>Reads a tokenizer in GPT-2's form: <c>vocab.json</c> and <c>merges.txt</c>.</summary>
internal static class VocabularyFilesReader
{
    /// <exception cref="InvalidDataException">A file is truncated or corrupt, or the two do not belong together.</exception>
    public static BytePairModel Read(string vocabularyFile, string mergesFile, bool splitsDigits, bool addsPrefixSpace)
    {
        var vocabulary = ReadVocabulary(vocabularyFile);
        var specialTokens = new Dictionary<string, int>();
        if (vocabulary.TryGetValue(BytePairModel.EndOfText, out int endOfTextId))
            specialTokens.Add(BytePairModel.EndOfText, endOfTextId);
        var model = new BytePairModel(vocabulary, ReadMerges(mergesFile), specialTokens, splitsDigits, addsPrefixSpace);
        model.Validate($"'{vocabularyFile}' and '{mergesFile}'");
        return model;
    }

    private static Dictionary<string, int> ReadVocabulary(string path)
    {
        using var stream = File.OpenRead(path);
        return JsonReading.Translate($"'{path}'", () =>
        {
            using var document = JsonDocument.Parse(stream, JsonReading.Options);
            return JsonReading.ReadVocabulary(document.RootElement);
        });
    }

    private static List<(string, string)> ReadMerges(string path)
    {
        var merges = new List<(string, string)>();
        int lineNumber = 0;
        foreach (string line in File.ReadLines(path))
        {
            lineNumber++;
            if (line.Length == 0 || (lineNumber == 1 && line.StartsWith("#version", StringComparison.Ordinal)))
                continue;
            if (line.Split(' ') is not [{ Length: > 0 } left, { Length: > 0 } right])
                throw new InvalidDataException($"Line {lineNumber} of '{path}' must be two tokens with a space between them, but is '{line}'. Is the file whole, and a merges.txt?");
            merges.Add((left, right));
        }
        return merges;
    }
}
