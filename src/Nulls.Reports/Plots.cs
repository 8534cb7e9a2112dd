using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using static Nulls.Reports.Html;

namespace Nulls.Reports;

/// <summary>The page's plots: what each system knows, with intervals, and the curves of relearning.</summary>
internal static class Plots
{
    private const double Width = 430;

    // Of names 11 high; the library takes letters for narrower than browsers draw them.
    private const double LetterWidth = 5.8;

    // Readable on white and on black, and told apart by dashes and marks too.
    private static readonly OxyColor[] Colors =
        [OxyColor.FromRgb(0x3b, 0x7d, 0xd8), OxyColor.FromRgb(0xd9, 0x66, 0x0a), OxyColor.FromRgb(0x1d, 0x8f, 0x5f), OxyColor.FromRgb(0xa0, 0x5f, 0xd0), OxyColor.FromRgb(0xd6, 0x45, 0x7f), OxyColor.FromRgb(0x0f, 0x8f, 0x9e)];

    private static readonly (MarkerType Marker, LineStyle Line)[] Shapes =
        [(MarkerType.Circle, LineStyle.Solid), (MarkerType.Square, LineStyle.Dash), (MarkerType.Diamond, LineStyle.Dot), (MarkerType.Triangle, LineStyle.DashDot), (MarkerType.Circle, LineStyle.LongDash), (MarkerType.Square, LineStyle.DashDotDot)];

    /// <summary>Draws one sort of numbers: a point and its reach for each system, and a line through that of the gold.</summary>
    public static XElement Points(string id, string title, IReadOnlyList<SeedNumbers> numbers, string? gold)
    {
        var plot = Model();
        plot.PlotMargins = new OxyThickness(12 + (LetterWidth * numbers.Max(number => number.System.Length)), double.NaN, double.NaN, double.NaN);
        var names = new CategoryAxis
        {
            Position = AxisPosition.Left, StartPosition = 1, EndPosition = 0, MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = Faint, TickStyle = TickStyle.None, GapWidth = 0, IsTickCentered = true, FontSize = 11,
        };
        names.Labels.AddRange(numbers.Select(number => Valid(number.System)));
        plot.Axes.Add(names);
        plot.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Minimum = -0.02, Maximum = 1.02, MajorStep = 0.25, MinorTickSize = 0, AxislineStyle = LineStyle.Solid });
        var points = new ScatterErrorSeries { MarkerType = MarkerType.Circle, MarkerSize = 3.5, MarkerFill = Colors[0], ErrorBarColor = Colors[0], ErrorBarStrokeThickness = 1.5 };
        for (var place = 0; place < numbers.Count; place++)
        {
            var number = numbers[place];
            if (double.IsNaN(number.Mean))
                continue;
            if (number.Reach is { } reach)
                plot.Series.Add(Line(Colors[0], 2, LineStyle.Solid, (reach.Lower, place), (reach.Upper, place)));
            points.Points.Add(new ScatterErrorPoint(number.Mean, place, 0, 0));
        }

        plot.Series.Add(points);
        if (numbers.FirstOrDefault(number => number.System == gold) is { } best && !double.IsNaN(best.Mean))
            plot.Series.Add(Line(OxyColors.Black, 1, LineStyle.Dash, (best.Mean, -0.5), (best.Mean, numbers.Count - 0.5)));
        var told = string.Join("; ", numbers.Select(number => $"{number.System} {Numbers.Text(number.Mean)}"));
        return SvgFigure.Draw(plot, id, title, told, Width, 44 + (17 * numbers.Count), gold is null ? title : $"{title}. Dashed: {gold}.");
    }

    /// <summary>Draws curves by training step, one a system, with what the seeds reach.</summary>
    public static XElement Curves(string id, string title, IReadOnlyList<IReadOnlyList<SeedNumbers>> curves, string? gold)
    {
        var plot = Model();
        plot.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = "training step of the attack", MinorTickSize = 0, AxislineStyle = LineStyle.Solid, MinimumPadding = 0.02, MaximumPadding = 0.02 });
        var isShare = curves.SelectMany(curve => curve).All(point => point.Mean is not (< 0 or > 1));
        plot.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Left, Minimum = isShare ? -0.02 : double.NaN, Maximum = isShare ? 1.02 : double.NaN, MajorStep = isShare ? 0.25 : double.NaN,
            MinorTickSize = 0, AxislineStyle = LineStyle.Solid, MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = Faint,
        });
        plot.Legends.Add(new Legend { LegendPlacement = LegendPlacement.Outside, LegendPosition = LegendPosition.BottomLeft, LegendOrientation = LegendOrientation.Horizontal, LegendFontSize = 11, LegendSymbolLength = 26 });
        var next = 0;
        foreach (var curve in curves)
        {
            var isGold = curve[0].System == gold;
            var (color, shape) = isGold ? (OxyColors.Black, (MarkerType.None, LineStyle.Solid)) : (Colors[next % Colors.Length], Shapes[next % Shapes.Length]);
            next += isGold ? 0 : 1;
            var line = Line(color, isGold ? 2.5 : 1.75, shape.Item2, [.. curve.Where(point => !double.IsNaN(point.Mean)).Select(point => ((double)(point.Step ?? 0), point.Mean))]);
            line.Title = Valid(curve[0].System);
            line.MarkerType = shape.Item1;
            line.MarkerSize = 3.5;
            line.MarkerFill = color;
            line.RenderInLegend = true;
            plot.Series.Add(line);
        }

        var told = string.Join("; ", curves.Select(curve => $"{curve[0].System}: {string.Join(", ", curve.Select(point => $"{Numbers.Text(point.Mean)} at step {point.Step}"))}"));
        return SvgFigure.Draw(plot, id, title, told, Width, 290 + (18 * ((curves.Count + 1) / 2)), title + ". Mean over the seeds; intervals are in the table.");
    }

    private static readonly OxyColor Faint = OxyColor.FromAColor(40, OxyColors.Black);

    private static PlotModel Model() => new() { PlotAreaBorderThickness = new OxyThickness(0), Padding = new OxyThickness(4, 6, 10, 4), DefaultFontSize = 12 };

    private static LineSeries Line(OxyColor color, double width, LineStyle style, params (double X, double Y)[] points)
    {
        var line = new LineSeries { Color = color, StrokeThickness = width, LineStyle = style, RenderInLegend = false };
        line.Points.AddRange(points.Select(point => new DataPoint(point.X, point.Y)));
        return line;
    }
}
