using System.Collections;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Nulls.Reports;

/// <summary>HTML as a tree that is well-formed XML too: nothing that it is given can leave its place.</summary>
internal static class Html
{
    private static readonly HashSet<string> Void = ["meta", "br"];

    /// <summary>Makes an element of texts, elements, attributes and lists of them; null is left out.</summary>
    public static XElement Element(string name, params object?[] content)
    {
        var element = new XElement(name);
        Add(element, content);
        // Browsers take <td/> for a beginning.
        if (element.IsEmpty && !Void.Contains(name))
            element.Add("");
        return element;
    }

    public static XAttribute Attribute(string name, string value) => new(name, Valid(value));

    /// <summary>Writes a document.</summary>
    public static string Write(XElement root)
    {
        var text = new StringBuilder("<!DOCTYPE html>\n");
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.None }))
            root.Save(writer);
        return text.Append('\n').ToString();
    }

    /// <summary>Turns text into an anchor: letters, digits, points and hyphens.</summary>
    public static string Anchor(string kind, string name) => $"{kind}-{string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' ? letter : '_'))}";

    private static void Add(XElement element, IEnumerable content)
    {
        foreach (var part in content)
        {
            switch (part)
            {
                case null:
                    break;
                case string text:
                    element.Add(new XText(Valid(text)));
                    break;
                case XObject node:
                    element.Add(node);
                    break;
                case IEnumerable parts:
                    Add(element, parts);
                    break;
                default:
                    throw new ArgumentException($"Content is text, nodes or lists of them, and not {part.GetType()}.", nameof(content));
            }
        }
    }

    /// <summary>Replaces what XML has no way to say: control characters and halves of characters.</summary>
    public static string Valid(string text)
    {
        if (text.All(letter => !char.IsSurrogate(letter) && IsValid(letter)))
            return text;
        var valid = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) // Halves come as U+FFFD.
            valid.Append(IsValid(rune.Value) ? rune.ToString() : "\uFFFD");
        return valid.ToString();
    }

    private static bool IsValid(int value) => value is '\t' or '\n' || (value >= ' ' && value is not ((>= 0x7F and <= 0x9F) or 0xFFFE or 0xFFFF));
}
