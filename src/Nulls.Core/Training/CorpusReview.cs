using Nulls.Sinks;
using Nulls.Text;

namespace Nulls.Training;

/// <summary>What about a corpus and a training is likely to keep sources from being isolated, each in a sentence that names the remedy.</summary>
/// <remarks>The limits are measured at small scale: with 50 sources or 6 passes, sources were learned to about half; without a general stream, the backbone is lost on text without a source.</remarks>
internal static class CorpusReview
{
    private const int FewestSources = 100;
    private const int FewestPasses = 10;
    private const int FewestTokens = 32;

    public static IEnumerable<string> Warnings(TokenCorpora corpora, int sourceCount, TrainingOptions options, SinkAllocationKind allocation)
    {
        if (allocation is SinkAllocationKind.Published32 or SinkAllocationKind.Published64)
            yield return $"The allocation is {allocation}, which is for imported models: {(allocation == SinkAllocationKind.Published32 ? "sources whose ids are equal modulo 65,536 share all their sinks and are unlearned together, and the id 0 modulo 65,536 owns" : "the id 0 owns")} every sink. Choose Coded for a model of your own.";
        if (corpora.General.Count == 0)
            yield return "No text is without a source: the backbone never runs alone in training, and text scored without sinks will suffer. Add general text with an empty source.";
        else if (options.GeneralShare == 0 && options.BackboneSteps == 0)
            yield return "GeneralShare is 0: the text without a source is not trained on. Set GeneralShare to about 0.25.";
        if (sourceCount < FewestSources)
            yield return $"There are only {sourceCount} sources: with fewer than about {FewestSources}, the backbone learns what single sources say. Split the corpus into more sources, or add some.";
        if (options.Passes < FewestPasses)
            yield return $"Passes is {options.Passes}: with fewer than about {FewestPasses}, sources are not learned well enough to be isolated, so that unlearning them shows little. Raise Passes.";

        var small = CountSmallSources(corpora.Sources, sourceCount);
        if (small > 0)
            yield return $"{small} of {sourceCount} sources have fewer than {FewestTokens} tokens, too little to learn. Join small sources that would be unlearned together.";
    }

    private static int CountSmallSources(ITokenCorpus corpus, int sourceCount)
    {
        var tokens = new byte[sourceCount];
        for (var document = 0; document < corpus.Count; document++)
        {
            ref var count = ref tokens[corpus.SourceOf(document)];
            count = (byte)Math.Min(count + corpus.TokenCount(document), FewestTokens);
        }

        return tokens.Count(count => count < FewestTokens);
    }
}
