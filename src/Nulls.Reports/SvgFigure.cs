using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using OxyPlot;
using static Nulls.Reports.Html;

namespace Nulls.Reports;

/// <summary>A plot as an element of the page: scaled to its place, in the page's ink and font, told to screen readers.</summary>
internal static partial class SvgFigure
{
    /// <summary>Draws a plot.</summary>
    /// <param name="plot">The plot; what is black in it takes the colour of text.</param>
    /// <param name="id">Told apart from other plots' parts by it.</param>
    /// <param name="title">What it shows, in a few words.</param>
    /// <param name="description">What a reader who does not see it must know.</param>
    /// <param name="width">Its width in units of its letters, which are 12 high.</param>
    /// <param name="height">Its height.</param>
    /// <param name="caption">What stands below.</param>
    public static XElement Draw(IPlotModel plot, string id, string title, string description, double width, double height, string caption)
    {
        var exporter = new SvgExporter { Width = width, Height = height, IsDocument = false, UseVerticalTextAlignmentWorkaround = true };
        var svg = XDocument.Parse(exporter.ExportToString(plot)).Root ?? throw new InvalidOperationException("A plot is drawn as an element.");
        foreach (var element in svg.DescendantsAndSelf())
        {
            element.Name = element.Name.LocalName;
            element.Attributes().Where(attribute => attribute.IsNamespaceDeclaration || attribute.Name == "font-family").Remove();
            foreach (var attribute in element.Attributes().ToArray())
            {
                attribute.Value = attribute.Name.LocalName switch
                {
                    "id" => $"{id}-{attribute.Value}",
                    "clip-path" => attribute.Value.Replace("url(#", $"url(#{id}-", StringComparison.Ordinal),
                    "style" or "fill" or "stroke" => Black().Replace(attribute.Value, "currentColor"),
                    _ => attribute.Value,
                };
            }
        }

        svg.SetAttributeValue("width", null);
        svg.SetAttributeValue("height", null);
        svg.SetAttributeValue("version", null);
        svg.SetAttributeValue("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {width} {height}"));
        svg.SetAttributeValue("role", "img");
        svg.SetAttributeValue("aria-labelledby", $"{id}-title {id}-desc");
        svg.AddFirst(Element("title", Attribute("id", $"{id}-title"), title), Element("desc", Attribute("id", $"{id}-desc"), description));
        return Element("figure", svg, Element("figcaption", caption));
    }

    [GeneratedRegex(@"\bblack\b|rgb\(0,\s*0,\s*0\)")]
    private static partial Regex Black();
}
