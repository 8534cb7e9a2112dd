using Nulls;
using Nulls.Inference;
using Nulls.Model;
using Nulls.Text;
using Nulls.Training;

namespace ForgetDesk.Model;

/// <summary>The sizes and rates of the training: those of the Quickstart, and one for tests.</summary>
internal static class Recipes
{
    /// <summary>Gives the number of sources, that of general articles, and how the model that learns them is made.</summary>
    public static (int SourceCount, int GeneralCount, NullsBundleOptions Options) Of(DeskSize size, int seed) => size switch
    {
        DeskSize.Default => (200, 2400, Options(NullsConfig.Tiny with { ContextLength = 64 }, seed,
            new TrainingOptions { Passes = 24, SinkLearningRateScale = 0.5, GeneralShare = 1 / 3.0, ShuffleSentences = true })),
        DeskSize.Small => (100, 3000, Options(Narrow, seed,
            new TrainingOptions { Passes = 20, LearningRate = 1e-2, SinkLearningRateScale = 0.7, GeneralShare = 0.6, ShuffleSentences = true })),
        _ => (40, 500, Options(Narrow, seed,
            new TrainingOptions { Passes = 16, LearningRate = 1e-2, GeneralShare = 0.4, ShuffleSentences = true })),
    };

    private static NullsConfig Narrow => NullsConfig.Tiny with { Width = 64, HeadCount = 4, KeyValueHeadCount = 4, HeadSize = 16, SinkPoolWidth = 8 * 67, ContextLength = 64 };

    private static NullsBundleOptions Options(NullsConfig model, int seed, TrainingOptions training) => new()
    {
        Model = model,
        Training = training,
        Tokenizer = new TokenizerOptions { VocabularySize = 1664 },
        Routing = SinkRouting.NearestSources,
        KeepSourceKeys = true,
        Seed = seed,
    };
}
