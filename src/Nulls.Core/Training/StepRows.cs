using Nulls.Text;

namespace Nulls.Training;

/// <summary>The rows that each step reads: general text first, then sources beside their share of general text.</summary>
internal sealed class StepRows
{
    private readonly TrainingOptions _options;
    private readonly RowStream? _general;
    private readonly RowStream _sources;
    private readonly double _generalRows;
    // What is left of a fractional share is due in the next step.
    private double _generalDue;

    /// <param name="documents">The corpus, of which some document has a source.</param>
    /// <param name="endOfTextId">The special token that begins and ends a document.</param>
    /// <param name="rowLength">The tokens of a row.</param>
    /// <param name="options">How many rows, and of what.</param>
    /// <param name="seed">The seed of the order.</param>
    public StepRows(IReadOnlyList<TokenDocument> documents, int endOfTextId, int rowLength, TrainingOptions options, int seed)
    {
        _options = options;
        _general = Stream(documents.Where(document => document.SourceIndex < 0), seed + 1);
        // Whoever calls has checked that some document has a source.
        _sources = Stream(documents.Where(document => document.SourceIndex >= 0), seed + 2)!;
        _generalRows = _general is null ? 0 : Math.Min(options.RowsPerStep - 1, options.RowsPerStep * options.GeneralShare);
        SinkSteps = (int)Math.Ceiling(options.Passes * _sources.RowsPerPass / (options.RowsPerStep - _generalRows));
        BackboneSteps = _general is null ? 0 : options.BackboneSteps;

        RowStream? Stream(IEnumerable<TokenDocument> ofKind, int streamSeed)
        {
            TokenDocument[] all = [.. ofKind];
            return all.Length == 0 ? null : new RowStream(all, new DocumentCutter(rowLength, endOfTextId), rowLength, options.ShuffleSentences, streamSeed);
        }
    }

    /// <summary>Gets the steps of the first phase.</summary>
    public int BackboneSteps { get; }

    /// <summary>Gets the steps that read every source as often as asked for.</summary>
    public int SinkSteps { get; }

    /// <summary>Gets or sets where the streams stand.</summary>
    public RowsState State
    {
        get => new(_general?.Position ?? default, _sources.Position, _generalDue);
        set
        {
            if (_general is not null)
                _general.Position = value.General;
            _sources.Position = value.Sources;
            _generalDue = value.GeneralDue;
        }
    }

    /// <summary>Reads the rows of the next step.</summary>
    public List<TokenRow> Next(TrainingPhase phase)
    {
        if (phase == TrainingPhase.Backbone)
            return Take(_general!, _options.RowsPerStep); // Without general text, the phase has no steps.

        _generalDue += _generalRows;
        var count = (int)Math.Round(_generalDue);
        _generalDue -= count;
        return [.. Take(_sources, _options.RowsPerStep - count), .. count == 0 ? [] : Take(_general!, count)];
    }

    private static List<TokenRow> Take(RowStream stream, int rowCount) => [.. Enumerable.Range(0, rowCount).Select(_ => stream.Next())];
}
