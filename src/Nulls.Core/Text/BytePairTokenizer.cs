using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Nulls.Text;

/// <summary>Turns text into tokens and back by byte-level byte-pair encoding, as GPT-2, SmolLM2 and most language models do. Immutable and thread-safe.</summary>
/// <remarks>
/// Text is always ordinary text: <c>&lt;|endoftext|&gt;</c> typed by somebody becomes the tokens of its characters, never the special token.
/// The vocabulary of a trained tokenizer is a statistic of the whole corpus, and unlearning a source does not change it.
/// </remarks>
public sealed class BytePairTokenizer
{
    private readonly BytePairModel _model;
    private readonly BpeTokenizer _tokenizer;
    private readonly SearchValues<string> _specialTokens;
    private readonly WordSplitter _splitter;
    // One for each thread that encodes at the same time.
    private readonly ConcurrentBag<WordEncoder> _idleEncoders = [];

    internal BytePairTokenizer(BytePairModel model)
    {
        _model = model;
        _splitter = new WordSplitter(model.SplitsDigits);
        // Special tokens are not handed over: the package would find them in text.
        _tokenizer = BpeTokenizer.Create(new BpeOptions(model.Vocabulary)
        {
            Merges = model.Merges.Select(merge => $"{merge.Left} {merge.Right}"),
            PreTokenizer = _splitter,
            ByteLevel = true,
        });
        _specialTokens = SearchValues.Create([.. model.SpecialTokens.Keys], StringComparison.Ordinal);
        EndOfTextId = model.SpecialTokens[BytePairModel.EndOfText];
    }

    /// <summary>Gets the number of tokens, special ones included: ids run from 0 to one less.</summary>
    public int VocabularySize => _model.Vocabulary.Count;

    /// <summary>Gets the id of the special token <c>&lt;|endoftext|&gt;</c>, which begins and ends every document.</summary>
    public int EndOfTextId { get; }

    /// <summary>Trains a tokenizer on texts, or reads the one that the options name.</summary>
    /// <param name="options">Where the tokenizer comes from.</param>
    /// <param name="texts">The corpus; read once, from beginning to end, and only when a tokenizer is trained.</param>
    /// <returns>The tokenizer. Training is deterministic: the same texts give the same tokenizer on every machine, in whatever order they come, unless they have more than 262,144 distinct words: then the rarest so far are forgotten now and then.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> or <paramref name="texts"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="options"/> are not valid, or a text is null.</exception>
    /// <exception cref="FileNotFoundException">A file that the options name does not exist.</exception>
    /// <exception cref="InvalidDataException">A file is truncated or corrupt, or holds another kind of tokenizer.</exception>
    public static BytePairTokenizer Create(TokenizerOptions options, IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(texts);
        return CreateTrainer(options) is { } trainer ? new(trainer.Train(texts)) : Read(options);
    }

    /// <summary>Returns what trains the tokenizer that the options ask for, or null when they name files to <see cref="Read"/>.</summary>
    internal static BytePairTrainer? CreateTrainer(TokenizerOptions options)
    {
        options.Validate();
        return options.VocabularyFile is null && options.TokenizerJsonFile is null
            ? new BytePairTrainer(options.VocabularySize, options.SplitsDigits, options.AddsPrefixSpace ?? !options.SplitsDigits)
            : null;
    }

    /// <summary>Reads the tokenizer from the files that the options name.</summary>
    internal static BytePairTokenizer Read(TokenizerOptions options)
    {
        if (options is { VocabularyFile: string vocabularyFile, MergesFile: string mergesFile })
            return new(VocabularyFilesReader.Read(vocabularyFile, mergesFile, options.SplitsDigits, options.AddsPrefixSpace ?? false));

        // Whoever calls knows that one of the two is given.
        var file = options.TokenizerJsonFile!;
        using var stream = File.OpenRead(file);
        return new(TokenizerJsonReader.Read(stream, $"'{file}'"));
    }

    /// <summary>Turns text into tokens, without special ones.</summary>
    /// <param name="text">The text. Half surrogate pairs, which are not valid UTF-16, are read as U+FFFD.</param>
    /// <returns>The ids of the tokens; none for an empty text.</returns>
    /// <remarks>
    /// A trained tokenizer loses nothing; with <see cref="TokenizerOptions.AddsPrefixSpace"/> it begins every text with a space. A foreign vocabulary may lack some bytes: they are left out, as the reference implementation does
    /// (SmolLM2: U+0004, U+0006, U+0013, U+0014, U+0016, U+001D, and the first byte of the characters from U+40000 to U+BFFFF).
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var encoder = _idleEncoders.TryTake(out var idle) ? idle : new WordEncoder(_splitter, _tokenizer);
        var tokens = encoder.Encode(Unicode.ReplaceHalfPairs(_model.AddsPrefixSpace ? BytePairModel.Prefixed(text) : text));
        _idleEncoders.Add(encoder);
        return tokens;
    }

    /// <summary>Turns text into tokens, with the special token for each one that is spelled out in it. For prompts that a program writes; use <see cref="Encode"/> for text that others wrote.</summary>
    /// <inheritdoc cref="Encode" path="/param|/returns|/exception"/>
    public int[] EncodeWithSpecialTokens(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = new List<int>();
        int start = 0;
        while (text.AsSpan(start).IndexOfAny(_specialTokens) is >= 0 and int offset)
        {
            int index = start + offset;
            var (special, id) = _model.SpecialTokens.Where(pair => string.CompareOrdinal(text, index, pair.Key, 0, pair.Key.Length) == 0).MaxBy(pair => pair.Key.Length);
            tokens.AddRange(Encode(text[start..index]));
            tokens.Add(id);
            start = index + special.Length;
        }
        tokens.AddRange(Encode(text[start..]));
        return [.. tokens];
    }

    /// <summary>Turns tokens into text: the exact inverse of <see cref="Encode"/>, but for a space that it put in front.</summary>
    /// <param name="tokens">The ids of the tokens. Special ones are spelled out.</param>
    /// <returns>The text. Bytes that are not UTF-8, such as those of a character cut in two, become U+FFFD.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        for (int index = 0; index < tokens.Length; index++)
        {
            if (tokens[index] < 0 || tokens[index] >= VocabularySize)
                throw new ArgumentOutOfRangeException(nameof(tokens), tokens[index],
                    $"The token at position {index} is not in the vocabulary, whose ids are 0 to {VocabularySize - 1}. Do the tokens come from another tokenizer?");
        }
        return _tokenizer.Decode(tokens.ToArray());
    }

    /// <summary>Writes the tokenizer as a Hugging Face <c>tokenizer.json</c>, whole in itself, which other tools read too. The same tokenizer gives the same bytes.</summary>
    /// <param name="stream">Where to write; left open.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        TokenizerJsonWriter.Write(_model, stream);
    }

    /// <summary>Reads a tokenizer that <see cref="Save"/> wrote, or another <c>tokenizer.json</c> with a byte-level BPE model.</summary>
    /// <param name="stream">Where to read, to the end; left open.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="InvalidDataException">The stream is truncated or corrupt, or holds another kind of tokenizer.</exception>
    public static BytePairTokenizer Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new(TokenizerJsonReader.Read(stream, "the stream"));
    }
}
