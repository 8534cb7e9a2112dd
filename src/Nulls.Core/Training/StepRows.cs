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

    /// <param name="corpora">The corpus, of which some document has a source.</param>
    /// <param name="cutter">Cuts documents into pieces that fit a row.</param>
    /// <param name="options">How many rows, and of what.</param>
    /// <param name="seed">The seed of the order.</param>
    public StepRows(TokenCorpora corpora, DocumentCutter cutter, TrainingOptions options, int seed)
    {
        _options = options;
        _general = corpora.General.Count == 0 ? null : new RowStream(corpora.General, cutter, seed + 1);
        _sources = new RowStream(corpora.Sources, cutter, seed + 2, sinksOffShare: options.SharedDropout);
        _generalRows = _general is null ? 0 : Math.Min(options.RowsPerStep - 1, options.RowsPerStep * options.GeneralShare);
        SinkSteps = (int)Math.Ceiling((double)options.Passes * _sources.RowsPerPass / (options.RowsPerStep - _generalRows));
        BackboneSteps = _general is null ? 0 : options.BackboneSteps;
    }

    /// <summary>Gets the steps of the first phase.</summary>
    public int BackboneSteps { get; }

    /// <summary>Gets the steps that read every source as often as asked for.</summary>
    public int SinkSteps { get; }

    /// <summary>Gets where the streams stand.</summary>
    public RowsState State => new(_general?.Position ?? default, _sources.Position, _generalDue);

    /// <summary>Continues from where streams of the same corpus, options and seed stood.</summary>
    public void SeekTo(RowsState state)
    {
        _general?.SeekTo(state.General);
        _sources.SeekTo(state.Sources);
        _generalDue = state.GeneralDue;
    }

    /// <summary>Passes over the rows of the first phase, and returns where a training then stands.</summary>
    public TrainingState SkipBackbonePhase()
    {
        _general!.Skip(BackboneSteps * _options.RowsPerStep); // Without general text, the phase has no steps.
        return new TrainingState { Phase = TrainingPhase.Sinks, Step = BackboneSteps, Rows = State };
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
