namespace Nulls.Text;

/// <summary>STUB.</summary>
public sealed class BytePairTokenizer
{
    public int VocabularySize => throw new NotImplementedException();
    public int EndOfTextId => throw new NotImplementedException();
    public int[] Encode(string text) => throw new NotImplementedException();
    public string Decode(ReadOnlySpan<int> tokens) => throw new NotImplementedException();
    public static BytePairTokenizer Create(TokenizerOptions options, IEnumerable<string> texts) => throw new NotImplementedException();
    public void Save(Stream stream) => throw new NotImplementedException();
    public static BytePairTokenizer Load(Stream stream) => throw new NotImplementedException();
}
