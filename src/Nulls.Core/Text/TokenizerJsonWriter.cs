using System.Text.Encodings.Web;
using System.Text.Json;

namespace Nulls.Text;

/// <summary>Writes Hugging Face's <c>tokenizer.json</c>.</summary>
internal static class TokenizerJsonWriter
{
    // Written for people too, and the same on every system.
    private static readonly JsonWriterOptions s_options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(BytePairModel model, Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, s_options);
        writer.WriteStartObject();
        writer.WriteString("version", "1.0");
        writer.WriteNull("truncation");
        writer.WriteNull("padding");

        writer.WriteStartArray("added_tokens");
        foreach (var (content, id) in model.SpecialTokens.OrderBy(token => token.Value))
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", id);
            writer.WriteString("content", content);
            foreach (string flag in (string[])["single_word", "lstrip", "rstrip", "normalized"])
                writer.WriteBoolean(flag, false);
            writer.WriteBoolean("special", true);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();

        writer.WriteNull("normalizer");
        WritePreTokenizer(writer, model);
        writer.WriteNull("post_processor");
        writer.WritePropertyName("decoder");
        WriteByteLevel(writer, model.AddsPrefixSpace);
        WriteModel(writer, model);
        writer.WriteEndObject();
    }

    private static void WritePreTokenizer(Utf8JsonWriter writer, BytePairModel model)
    {
        writer.WritePropertyName("pre_tokenizer");
        if (!model.SplitsDigits)
        {
            WriteByteLevel(writer, model.AddsPrefixSpace);
            return;
        }
        writer.WriteStartObject();
        writer.WriteString("type", "Sequence");
        writer.WriteStartArray("pretokenizers");
        writer.WriteStartObject();
        writer.WriteString("type", "Digits");
        writer.WriteBoolean("individual_digits", true);
        writer.WriteEndObject();
        WriteByteLevel(writer, addsPrefixSpace: false);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteByteLevel(Utf8JsonWriter writer, bool addsPrefixSpace)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "ByteLevel");
        writer.WriteBoolean("add_prefix_space", addsPrefixSpace);
        writer.WriteBoolean("trim_offsets", true);
        writer.WriteBoolean("use_regex", true);
        writer.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter writer, BytePairModel model)
    {
        writer.WriteStartObject("model");
        writer.WriteString("type", "BPE");
        foreach (string name in (string[])["dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix"])
            writer.WriteNull(name);
        foreach (string flag in (string[])["fuse_unk", "byte_fallback", "ignore_merges"])
            writer.WriteBoolean(flag, false);
        writer.WriteStartObject("vocab");
        foreach (var (token, id) in model.Vocabulary.OrderBy(token => token.Value))
            writer.WriteNumber(token, id);
        writer.WriteEndObject();
        writer.WriteStartArray("merges");
        foreach (var (left, right) in model.Merges)
            writer.WriteStringValue($"{left} {right}");
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
