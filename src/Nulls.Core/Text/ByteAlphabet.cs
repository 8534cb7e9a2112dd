namespace Nulls.Text;

/// <summary>GPT-2's alphabet: a printable character for each of the 256 bytes, so that any bytes can be written as text without spaces.</summary>
internal static class ByteAlphabet
{
    /// <summary>The character of each byte.</summary>
    private static readonly char[] s_characters = CreateCharacters();

    /// <summary>Gets the characters in GPT-2's order, which is their order as Unicode: a byte's place here is the id of its token in GPT-2 and in the vocabularies that we train.</summary>
    public static string Characters { get; } = new([.. s_characters.Order()]);

    /// <summary>Gets the place in <see cref="Characters"/> of each byte's character.</summary>
    public static IReadOnlyList<int> Places { get; } = [.. s_characters.Select(character => Characters.IndexOf(character))];

    public static bool Contains(char character) => Characters.Contains(character);

    private static char[] CreateCharacters()
    {
        var characters = new char[256];
        int next = 256;
        for (int value = 0; value < 256; value++)
        {
            // Bytes that Latin-1 shows as a visible character stand for themselves; the others follow from U+0100.
            bool isVisible = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = (char)(isVisible ? value : next++);
        }
        return characters;
    }
}
