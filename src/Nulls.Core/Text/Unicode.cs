using System.Text;

namespace Nulls.Text;

/// <summary>Keeps text valid.</summary>
internal static class Unicode
{
    /// <summary>Returns the text with U+FFFD for each half of a surrogate pair that stands alone.</summary>
    public static string ReplaceHalfPairs(string text) =>
        text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;
}
