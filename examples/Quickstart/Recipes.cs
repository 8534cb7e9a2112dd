using Nulls.Inference;
using Nulls.MLNet;
using Nulls.Model;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.Examples;

/// <summary>The sizes and rates of the runs.</summary>
internal static class Recipes
{
    /// <summary>The encyclopedia: the number of sources, that of general articles, and the model that learns them.</summary>
    /// <remarks>
    /// Each general article is read about once: they are as many as the passes need. Sinks that learn as fast as the backbone take
    /// shared facts from it; slower ones leave them there, and still learn the unique facts in these passes.
    /// </remarks>
    public static (int SourceCount, int GeneralCount, NullsOptions Options) Encyclopedia(bool isSmall) => isSmall
        ? (100, 3000, new NullsOptions
        {
            Model = NullsConfig.Tiny with { Width = 64, HeadCount = 4, KeyValueHeadCount = 4, HeadSize = 16, SinkPoolWidth = 8 * 67, ContextLength = 64 },
            Training = new TrainingOptions { Passes = 20, LearningRate = 1e-2, SinkLearningRateScale = 0.7, GeneralShare = 0.6, ShuffleSentences = true },
            Tokenizer = new TokenizerOptions { VocabularySize = 1664 },
            Routing = SinkRouting.NearestSources,
        })
        : (200, 2400, new NullsOptions
        {
            Model = NullsConfig.Tiny with { ContextLength = 64 },
            Training = new TrainingOptions { Passes = 24, SinkLearningRateScale = 0.5, GeneralShare = 1 / 3.0, ShuffleSentences = true },
            Tokenizer = new TokenizerOptions { VocabularySize = 1664 },
            Routing = SinkRouting.NearestSources,
        });

    /// <summary>Real articles: the backbone learns general text first, then sinks learn the articles fast while it learns slowly.</summary>
    public static NullsOptions Articles(bool isSmall) => new()
    {
        Model = NullsConfig.Tiny with { BackboneWidth = 256, SinksPerSource = 64, SinkPoolWidth = 64 * 67 },
        Training = isSmall
            ? TrainingOptions.BackboneFirst with { BackboneSteps = 120, Passes = 4 }
            : TrainingOptions.BackboneFirst,
        Tokenizer = new TokenizerOptions { VocabularySize = 2048 },
        Generation = new GenerationOptions { MaxTokens = 30 },
    };
}
