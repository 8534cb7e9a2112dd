using System.Text.Json;

namespace Nulls.Text;

/// <summary>Reads Hugging Face's <c>tokenizer.json</c>: byte-level BPE models whose arithmetic is GPT-2's or SmolLM2's, ours among them. Anything else is an error, never an approximation.</summary>
internal static class TokenizerJsonReader
{
    /// <param name="stream">Where to read, to the end.</param>
    /// <param name="origin">What the stream is, for messages.</param>
    /// <exception cref="InvalidDataException">The stream is truncated or corrupt, or holds another kind of tokenizer.</exception>
    public static BytePairModel Read(Stream stream, string origin)
    {
        var model = JsonReading.Translate(origin, () =>
        {
            using var document = JsonDocument.Parse(stream, JsonReading.Options);
            return Read(document.RootElement, origin);
        });
        model.Validate(origin);
        return model;
    }

    private static BytePairModel Read(JsonElement root, string origin)
    {
        Require(Find(root, "version") is { ValueKind: JsonValueKind.String } version && version.GetString() == "1.0", "version", "\"1.0\"", root, origin);
        Require(Find(root, "normalizer") is null, "normalizer", "null", root, origin);

        if (Find(root, "model") is not JsonElement model)
            throw new InvalidDataException($"The tokenizer in {origin} has no 'model'. Is it a tokenizer.json?");
        // GPT-2's own file leaves the type out.
        Require(Find(model, "type") is not JsonElement type || type.GetString() == "BPE", "type", "\"BPE\"", model, origin);
        Require(Find(model, "dropout") is not JsonElement dropout || dropout.GetDouble() == 0, "dropout", "null", model, origin);
        foreach (string affix in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
            Require(Find(model, affix) is not JsonElement text || text.GetString() == "", affix, "null", model, origin);
        foreach (string flag in (string[])["byte_fallback", "ignore_merges"])
            Require(!IsTrue(model, flag), flag, "false", model, origin);

        var vocabulary = JsonReading.ReadVocabulary(model.GetProperty("vocab"));
        // An unknown token would stand for the bytes that have none; where every byte has one, it never occurs.
        bool isComplete = ByteAlphabet.Characters.All(character => vocabulary.ContainsKey(character.ToString()));
        Require(isComplete || Find(model, "unk_token") is null, "unk_token", "null where bytes have no token", model, origin);

        var (splitsDigits, addsPrefixSpace) = ReadPreTokenizer(root, origin);
        return new BytePairModel(
            vocabulary,
            [.. model.GetProperty("merges").EnumerateArray().Select(merge => ReadMerge(merge, origin))],
            ReadAddedTokens(root, vocabulary, origin),
            splitsDigits,
            addsPrefixSpace);
    }

    private static (string, string) ReadMerge(JsonElement merge, string origin)
    {
        // "a b" in older files, ["a", "b"] in newer ones.
        string?[] parts = merge.ValueKind == JsonValueKind.Array
            ? merge.EnumerateArray().Select(part => part.GetString()).ToArray()
            : merge.GetString()?.Split(' ') ?? [];
        return parts is [{ Length: > 0 } left, { Length: > 0 } right]
            ? (left, right)
            : throw new InvalidDataException($"A merge in {origin} must be two tokens, but is {merge.GetRawText()}. Is the file whole?");
    }

    /// <summary>Reads the special tokens, and adds to the vocabulary those that it lacks.</summary>
    private static Dictionary<string, int> ReadAddedTokens(JsonElement root, Dictionary<string, int> vocabulary, string origin)
    {
        var specialTokens = new Dictionary<string, int>();
        if (Find(root, "added_tokens") is not JsonElement addedTokens)
            return specialTokens;
        foreach (var token in addedTokens.EnumerateArray())
        {
            int id = token.GetProperty("id").GetInt32();
            if (token.GetProperty("content").GetString() is not { Length: > 0 } content || !specialTokens.TryAdd(content, id))
                throw new InvalidDataException($"An added token in {origin} is empty or listed twice: {token.GetRawText()}. Is the file whole?");
            Require(IsTrue(token, "special"), "special", "true", token, origin);
            foreach (string flag in (string[])["single_word", "lstrip", "rstrip"])
                Require(!IsTrue(token, flag), flag, "false", token, origin);
            if (!vocabulary.TryAdd(content, id) && vocabulary[content] != id)
                throw new InvalidDataException(
                    $"The token '{content}' in {origin} has the id {id} among the added tokens and {vocabulary[content]} in the vocabulary. Is the file whole?");
        }
        return specialTokens;
    }

    private static (bool SplitsDigits, bool AddsPrefixSpace) ReadPreTokenizer(JsonElement root, string origin)
    {
        if (Find(root, "pre_tokenizer") is JsonElement preTokenizer)
        {
            JsonElement[] steps = TypeOf(preTokenizer) == "Sequence" ? [.. preTokenizer.GetProperty("pretokenizers").EnumerateArray()] : [preTokenizer];
            if (steps.Length == 1 && IsByteLevel(steps[0]))
                return (false, IsTrue(steps[0], "add_prefix_space"));
            if (steps.Length == 2 && TypeOf(steps[0]) == "Digits" && IsTrue(steps[0], "individual_digits") && IsByteLevel(steps[1]) && !IsTrue(steps[1], "add_prefix_space"))
                return (true, false);
        }
        throw new InvalidDataException(
            $"The tokenizer in {origin} splits text in a way that is not supported: 'pre_tokenizer' must be ByteLevel, or Digits (individual) and ByteLevel without add_prefix_space; with use_regex.");
    }

    private static bool IsByteLevel(JsonElement step) =>
        TypeOf(step) == "ByteLevel" && (Find(step, "use_regex") is null || IsTrue(step, "use_regex"));

    private static string? TypeOf(JsonElement step) => Find(step, "type")?.GetString();

    private static bool IsTrue(JsonElement parent, string name) => Find(parent, name) is JsonElement value && value.GetBoolean();

    /// <summary>Returns a property, or null when it is absent or null.</summary>
    private static JsonElement? Find(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static void Require(bool isMet, string name, string rule, JsonElement parent, string origin)
    {
        if (!isMet)
            throw new InvalidDataException(
                $"The tokenizer in {origin} is of a kind that is not supported: '{name}' must be {rule}, but is {Find(parent, name)?.GetRawText() ?? "missing"}.");
    }
}
