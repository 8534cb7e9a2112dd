using Nulls;
using Nulls.Inference;
using Nulls.MLNet.Hosting;
using Nulls.Sources;
using Nulls.Unlearning;

namespace ForgetDesk.Model;

/// <summary>What one may see of the served model: its answers, its sources, and what erasing one would take from others. Thread-safe.</summary>
public sealed class Desk(INullsScorer scorer, IUnlearningService unlearning)
{
    /// <summary>The most sources that <see cref="Find"/> gives.</summary>
    public const int MostFound = 50;

    private static readonly GenerationOptions Generation = new() { MaxTokens = 14, StopStrings = [".", "\n"] };

    /// <summary>Gets the number of sources by what has become of them.</summary>
    public IReadOnlyDictionary<SourceStatus, int> Counts => Read(model =>
    {
        var counts = IndicesOf(model).CountBy(index => StatusOf(model, index)).ToDictionary();
        return new[] { SourceStatus.InUse, SourceStatus.Unlearned, SourceStatus.Erased }.ToDictionary(status => status, status => counts.GetValueOrDefault(status));
    });

    /// <summary>Asks the model, with sinks and without.</summary>
    /// <param name="question">The beginning of a sentence, which the model goes on from.</param>
    /// <param name="sourceKey">The source to answer by, or empty to be led by the question.</param>
    /// <param name="cancellationToken">Takes the question back.</param>
    /// <exception cref="ArgumentException">The question has no word, or more tokens than the context has room for.</exception>
    /// <exception cref="InvalidOperationException">Too many questions wait.</exception>
    public async Task<Exchange> AskAsync(string question, string? sourceKey, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        using var model = unlearning.OpenBundle();
        var asked = question.Trim();
        var tokenCount = model.Tokenizer.Encode(asked).Length;
        var most = model.Config.ContextLength - Generation.MaxTokens - 1;
        if (tokenCount == 0)
            throw new ArgumentException("The question is empty. Type the beginning of a sentence.", nameof(question));
        if (tokenCount > most)
            throw new ArgumentException($"The question has {tokenCount} tokens, and the model reads at most {most} before an answer. Shorten it.", nameof(question));

        var source = string.IsNullOrWhiteSpace(sourceKey) ? null : sourceKey.Trim();
        var isInUse = source is not null && unlearning.GetStatus(source) == SourceStatus.InUse;
        var request = new ScoringRequest(asked, isInUse ? source : null);
        var written = await scorer.CompleteAsync(request, Generation, cancellationToken);
        var withSinks = AnswerOf(model, written, written.Completion.Length == 0 ? null
            : await scorer.ScoreAsync(AsContinued(request, written), ScoringOutputs.LogProbabilities, cancellationToken));
        return new Exchange(asked, withSinks, AnswerWithoutSinks(model, asked), source is not null && !isInUse);
    }

    /// <summary>Finds sources whose key holds a text, in the order of their keys; at most <see cref="MostFound"/>.</summary>
    /// <param name="text">What to find; empty for all.</param>
    /// <param name="isOfficer">Whether sources that are not in use are listed, too.</param>
    public IReadOnlyList<SourceCard> Find(string? text, bool isOfficer) => Read<IReadOnlyList<SourceCard>>(model =>
    {
        var wanted = text?.Trim() ?? "";
        return [.. IndicesOf(model).Where(index => IsShown(model, index, isOfficer))
            .Where(index => model.Sources.GetKeyOrNull(index)?.Contains(wanted, StringComparison.OrdinalIgnoreCase) == true)
            .OrderBy(model.Sources.GetKey, StringComparer.Ordinal).Take(MostFound).Select(index => CardOf(model, index))];
    });

    /// <summary>Gives a source by its number; null when there is none, or none that the asker may see.</summary>
    public SourceCard? Get(int index, bool isOfficer) => Read(model =>
        index >= 0 && index < model.Sources.Count && IsShown(model, index, isOfficer) ? CardOf(model, index) : null);

    /// <summary>Gives the sources that an erasure takes most from, among those that are in use.</summary>
    public IReadOnlyList<(SourceCard Source, int SinksLost)> MostAffected(ErasureImpact impact)
    {
        ArgumentNullException.ThrowIfNull(impact);
        return Read<IReadOnlyList<(SourceCard, int)>>(model =>
            [.. impact.MostAffected.Where(loss => StatusOf(model, loss.SourceIndex) == SourceStatus.InUse).Select(loss => (CardOf(model, loss.SourceIndex), loss.SinksLost))]);
    }

    internal static SourceStatus StatusOf(NullsBundle model, int index) =>
        model.Sources.IsErased(index) ? SourceStatus.Erased
        : model.Sources.GetKeyOrNull(index) is { } key && !model.IsUnlearned(key) ? SourceStatus.InUse
        : SourceStatus.Unlearned;

    internal static IEnumerable<int> IndicesOf(NullsBundle model) => Enumerable.Range(0, model.Sources.Count);

    // No sink runs, so that no order can make it stale.
    private Answer AnswerWithoutSinks(NullsBundle model, string question)
    {
        using var backbone = model.WithRouting(SinkRouting.Backbone);
        var request = new ScoringRequest(question, Source: null);
        var written = backbone.Score([request], ScoringOutputs.Completion | ScoringOutputs.SinkState, Generation)[0];
        return AnswerOf(model, written, written.Completion.Length == 0 ? null : backbone.Score([AsContinued(request, written)], ScoringOutputs.LogProbabilities)[0]);
    }

    // How sure it was is asked for once more: a completion does not say.
    private static ScoringRequest AsContinued(ScoringRequest request, ScoringResult written) => new(written.Completion, request.Source, request.Text);

    private Answer AnswerOf(NullsBundle model, ScoringResult written, ScoringResult? scored) => new(
        written.Completion.Trim(), scored is null ? 0 : Math.Exp(scored.Score), written.SinkState, [.. written.SinkSources.SelectMany(id => CardsOf(model, id))]);

    private IEnumerable<SourceCard> CardsOf(NullsBundle model, SourceId source) => model.Sources.TryGetIndex(source, out var index) ? [CardOf(model, index)] : [];

    private static bool IsShown(NullsBundle model, int index, bool isOfficer) => isOfficer || StatusOf(model, index) == SourceStatus.InUse;

    private SourceCard CardOf(NullsBundle model, int index)
    {
        var key = model.Sources.IsErased(index) ? null : model.Sources.GetKeyOrNull(index);
        return new SourceCard(index, key, StatusOf(model, index), key is null ? null : unlearning.Ledger?.PseudonymOf(key).ToString());
    }

    private T Read<T>(Func<NullsBundle, T> read)
    {
        using var model = unlearning.OpenBundle();
        return read(model);
    }
}
