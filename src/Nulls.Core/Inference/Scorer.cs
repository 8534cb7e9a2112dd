using Nulls.Model;
using Nulls.Sources;
using Nulls.Text;
using TorchSharp;

namespace Nulls.Inference;

/// <summary>Scores texts: routes each to sinks, reads them in few passes of the model, and continues them when asked.</summary>
/// <remarks>
/// A text's tokens follow the start of text and its prompt's tokens; the two are tokenised apart. Texts that differ only in their
/// last token are read once. Equal request lists give equal bits; what else is in a list changes a score by rounding at most.
/// Holds no state between calls, so safe for many threads.
/// </remarks>
internal sealed class Scorer(NullsModel model, ComputeWeights weights, BytePairTokenizer tokenizer, SourceRegistry sources, SinkRouter router)
{
    // A few hundred tokens keep a processor busy, and what is computed for many more leaves its cache. A GPU wants many.
    private const int TokensPerPass = 1_024;
    private const int TokensPerPassOnGpu = 16_384;

    /// <summary>Scores texts.</summary>
    /// <param name="requests">The texts.</param>
    /// <param name="outputs">What to compute; all else has its default.</param>
    /// <param name="generation">How to continue the texts; needed for <see cref="ScoringOutputs.Completion"/> alone.</param>
    /// <param name="routes">Which sinks run for a text that has none of its own.</param>
    /// <param name="isUnlearned">Says whether a source, by index, is unlearned.</param>
    /// <param name="cancellationToken">Checked between passes.</param>
    /// <exception cref="ArgumentNullException">Completions are asked for without <paramref name="generation"/>.</exception>
    /// <exception cref="InvalidOperationException">The nearest sources are asked for, and there is neither an index of texts nor a router; or the router gave no answer.</exception>
    public IReadOnlyList<ScoringResult> Score(
        IReadOnlyList<ScoringRequest> requests, ScoringOutputs outputs, GenerationOptions? generation, RouteSettings routes,
        Func<int, bool> isUnlearned, CancellationToken cancellationToken = default)
    {
        var completes = outputs.HasFlag(ScoringOutputs.Completion);
        if (completes)
            (generation ?? throw new ArgumentNullException(nameof(generation), "A completion needs GenerationOptions: pass some, or do not ask for Completion.")).Validate();

        var texts = Prepare(requests, outputs, routes, isUnlearned, cancellationToken);
        Read(texts, outputs, cancellationToken);
        var completions = completes ? Complete(texts, generation!, cancellationToken) : [];
        var results = new ScoringResult[texts.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            results[i] = ResultOf(texts[i], outputs, routes.ReportsSources);
            if (completes)
                results[i] = results[i] with { Completion = completions[i].TakeRest(), CompletionTokenCount = completions[i].TokenCount, IsCompletionEnded = completions[i].IsEnded };
        }

        return results;
    }

    /// <summary>Routes one text, and continues it by that route, a piece whenever the next is asked for.</summary>
    /// <param name="request">The text.</param>
    /// <param name="generation">How to continue it.</param>
    /// <param name="routes">Which sinks run for a text that has none of its own.</param>
    /// <param name="isUnlearned">Says whether a source, by index, is unlearned.</param>
    /// <param name="cancellationToken">Checked before each token.</param>
    public StreamedCompletion BeginCompletion(
        ScoringRequest request, GenerationOptions generation, RouteSettings routes, Func<int, bool> isUnlearned, CancellationToken cancellationToken)
    {
        var text = Prepare([request], ScoringOutputs.Completion, routes, isUnlearned, cancellationToken)[0];
        var completion = new CompletionText(tokenizer, generation.StopStrings);
        return new StreamedCompletion(SourcesOf(text.Route), completion, Pieces(text, completion, generation, cancellationToken));
    }

    private TextGenerator Generator => new(model, weights, tokenizer.EndOfTextId);

    private IEnumerable<string> Pieces(PreparedText text, CompletionText completion, GenerationOptions generation, CancellationToken cancellationToken)
    {
        foreach (var _ in Generator.Stream(new TextStart(Sequence(text), text.Route.Gates, completion, text.Route.Mixing), generation, cancellationToken))
        {
            var piece = completion.Take();
            if (piece.Length > 0)
                yield return piece;
        }

        var rest = completion.TakeRest();
        if (rest.Length > 0)
            yield return rest;
    }

    private CompletionText[] Complete(PreparedText[] texts, GenerationOptions generation, CancellationToken cancellationToken)
    {
        var completions = texts.Select(_ => new CompletionText(tokenizer, generation.StopStrings)).ToArray();
        Generator.Generate([.. texts.Zip(completions, (text, completion) => new TextStart(Sequence(text), text.Route.Gates, completion, text.Route.Mixing))], generation, cancellationToken);
        return completions;
    }

    private PreparedText[] Prepare(
        IReadOnlyList<ScoringRequest> requests, ScoringOutputs outputs, RouteSettings routes, Func<int, bool> isUnlearned, CancellationToken cancellationToken)
    {
        var tokens = new Dictionary<string, int[]>();
        int[] TokensOf(string text) => text.Length == 0 ? [] : tokens.TryGetValue(text, out var known) ? known : tokens[text] = tokenizer.Encode(text);
        if ((outputs & ~ScoringOutputs.TokenCount) == ScoringOutputs.None)
            return [.. requests.Select(request => new PreparedText(TokensOf(request.Prompt), TokensOf(request.Text), SinkRoute.Backbone))];

        // Each distinct text is routed once, all in one call: a user's router may have to ask a server.
        var numbers = new Dictionary<(string? Source, string Text), int>();
        var distinct = new List<ScoringRequest>();
        var numberOf = new int[requests.Count];
        for (var i = 0; i < numberOf.Length; i++)
        {
            var key = (requests[i].Source, requests[i].RoutedText);
            if (!numbers.TryGetValue(key, out numberOf[i]))
            {
                numbers[key] = numberOf[i] = distinct.Count;
                distinct.Add(requests[i]);
            }
        }

        var routed = router.Route(distinct, routes, isUnlearned, cancellationToken);
        return [.. requests.Select((request, i) => new PreparedText(TokensOf(request.Prompt), TokensOf(request.Text), routed[numberOf[i]]))];
    }

    private void Read(PreparedText[] texts, ScoringOutputs outputs, CancellationToken cancellationToken)
    {
        var needsFeatures = outputs.HasFlag(ScoringOutputs.Features);
        var needsLogProbabilities = outputs.HasFlag(ScoringOutputs.LogProbabilities);
        var needsMoments = outputs.HasFlag(ScoringOutputs.LogProbabilityMoments);
        if (!needsFeatures && !needsLogProbabilities && !needsMoments)
            return;

        var plan = new ReadingPlan(readsLastToken: needsFeatures);
        foreach (var text in texts.Where(text => text.Tokens.Length > 0))
            (text.Reading, text.LastSlot) = plan.Add(text.Route.Gates, Sequence(text), text.Prompt.Length, text.Route.Mixing);

        var reader = new WindowReader(model, weights, needsLogProbabilities, needsFeatures, needsMoments);
        foreach (var pass in plan.Passes(model.Config, model.Device.type == DeviceType.CPU ? TokensPerPass : TokensPerPassOnGpu))
        {
            cancellationToken.ThrowIfCancellationRequested();
            reader.Read(pass);
        }
    }

    private ScoringResult ResultOf(PreparedText text, ScoringOutputs outputs, bool reportsSources)
    {
        var result = new ScoringResult();
        if (outputs.HasFlag(ScoringOutputs.TokenCount))
            result = result with { TokenCount = text.Tokens.Length };
        if (outputs.HasFlag(ScoringOutputs.SinkState))
        {
            result = result with
            {
                SinkState = text.Route.State,
                // Who gave the key of a source is told nothing new by its id.
                SinkSources = !reportsSources && text.Route.State != SinkState.Own ? [] : SourcesOf(text.Route),
            };
        }

        if (outputs.HasFlag(ScoringOutputs.Features))
            result = result with { Features = text.Reading?.MeanHidden(text.Tokens.Length) ?? NoFeatures() };
        if (outputs.HasFlag(ScoringOutputs.LogProbabilities) && text.Reading is { } reading)
        {
            var logProbabilities = TextOnly(reading.LogProbabilities, text);
            result = result with
            {
                Score = (float)logProbabilities.Average(logProbability => (double)logProbability),
                TokenLogProbabilities = logProbabilities,
                TokenIsTop = TextOnly(reading.IsTop, text),
            };
        }

        if (outputs.HasFlag(ScoringOutputs.LogProbabilityMoments) && text.Reading is { } read)
            result = result with { LogProbabilityMeans = TextOnly(read.Moments.Means, text), LogProbabilityVariances = TextOnly(read.Moments.Variances, text) };

        return result;
    }

    private SourceId[] SourcesOf(SinkRoute route) => [.. route.Gates.Where(gate => gate.Source != SourceGate.NoSource).Select(gate => sources.GetId(gate.Source))];

    private float[] NoFeatures()
    {
        var features = new float[model.Config.Width];
        Array.Fill(features, float.NaN);
        return features;
    }

    private static T[] TextOnly<T>(T[] slots, PreparedText text) => [.. slots.AsSpan(text.Prompt.Length, text.Tokens.Length - 1), slots[text.LastSlot]];

    private int[] Sequence(PreparedText text) => [tokenizer.EndOfTextId, .. text.Prompt, .. text.Tokens];

    private sealed class PreparedText(int[] prompt, int[] tokens, SinkRoute route)
    {
        public int[] Prompt { get; } = prompt;

        public int[] Tokens { get; } = tokens;

        public SinkRoute Route { get; } = route;

        public Reading? Reading { get; set; }

        public int LastSlot { get; set; }
    }
}
