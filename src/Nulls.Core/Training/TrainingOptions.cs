using System.Text.Json.Serialization;
using Nulls.Model;

namespace Nulls.Training;

/// <summary>How a network is trained.</summary>
/// <remarks>The defaults fit <see cref="NullsConfig.Tiny"/> and some hundred sources of some hundred tokens.</remarks>
public sealed record TrainingOptions
{
    /// <summary>
    /// Gets the recipe for real articles with sources of some hundred tokens or more: the backbone is trained on general text first, then
    /// sinks join it and learn fast while the backbone learns slowly.
    /// </summary>
    public static TrainingOptions BackboneFirst { get; } = new()
    {
        BackboneSteps = 1200, BackbonePhaseLearningRate = 4e-3, Passes = 18, RowsPerStep = 16, GeneralShare = 0.25,
        BackboneLearningRateScale = 0.1, SinkLearningRateScale = 5, SinkWeightDecay = 0,
    };

    /// <summary>Gets how often every text that has a source is read. At least 1; the default is 20. Below about 10, what sources say is not learned well enough to be isolated.</summary>
    public int Passes { get; init; } = 20;

    /// <summary>Gets the steps of a first phase that trains the backbone alone, on the general stream. 0, the default, leaves it out; sinks then learn from the start.</summary>
    /// <remarks>Sinks that join later start with a zero down-projection, so that adding them changes nothing.</remarks>
    public int BackboneSteps { get; init; }

    /// <summary>Gets the peak learning rate of the first phase. The default is 4e-3.</summary>
    /// <remarks>Ignored when <see cref="BackboneSteps"/> is 0.</remarks>
    public double BackbonePhaseLearningRate { get; init; } = 4e-3;

    /// <summary>Gets the rows of up to a context of tokens that one optimiser step reads. At least 1; the default is 32.</summary>
    public int RowsPerStep { get; init; } = 32;

    /// <summary>Gets the share of each step's rows that the general stream fills. From 0 to below 1; the default is 0.25.</summary>
    /// <remarks>The stream is read in order of a shuffle and starts again when used up. Ignored when the corpus has no general stream.</remarks>
    public double GeneralShare { get; init; } = 0.25;

    /// <summary>Gets where gradients of sources go. The default is <see cref="Isolation.Joint"/>.</summary>
    public Isolation Isolation { get; init; } = Isolation.Joint;

    /// <summary>Gets the probability that a text with a source is read, in a pass, with its sinks off and cut down to what other sources state too. From 0 to below 1; the default is 0. 0.3 is what was measured.</summary>
    /// <remarks>
    /// <para>So the backbone keeps facts that few sources share, which it would leave to their sinks. Each such statement is read by itself:
    /// with sinks off, the backbone sees nothing of a source that fewer than <see cref="MinSources"/> sources state: word for word
    /// from the beginning of a sentence, or with the same names, numbers and rare words in a sentence that is otherwise mere wording, built
    /// as ten sources or more build theirs. How such wordings relate these words is not told apart: that a maker sells chairs, and that
    /// it lost them. The corpus is read four times before the training begins.</para>
    /// <para>The price: a fact whose sources are all unlearned together stays in the backbone. Needs <see cref="Isolation.Joint"/>.</para>
    /// </remarks>
    public double SharedDropout { get; init; }

    /// <summary>Gets how many sources must state what is read with sinks off. At least 2; the default is 2. More keep less, and leave less behind when all who state a fact are unlearned.</summary>
    /// <remarks>Sources whose texts are near duplicates count as one. Ignored when <see cref="SharedDropout"/> is 0.</remarks>
    public int MinSources { get; init; } = 2;

    /// <summary>Gets whether the order of a text's sentences is drawn anew each pass, so that position tells nothing. The default is false.</summary>
    /// <remarks>For texts made of independent statements; running text loses its thread.</remarks>
    public bool ShuffleSentences { get; init; }

    /// <summary>Gets the peak learning rate. Above 0; the default is 3e-3.</summary>
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>Gets the factor of the backbone's learning rate once sinks learn. At least 0; the default is 1.</summary>
    public double BackboneLearningRateScale { get; init; } = 1;

    /// <summary>Gets the share of the gradient of texts with a source that is kept from the backbone once sinks learn. From 0 to 1; the default is 0.</summary>
    /// <remarks>
    /// <para>AdamW divides a gradient by its own size, so that a lower <see cref="BackboneLearningRateScale"/> slows general text as much as sources.
    /// This slows sources alone: at 0.995 the backbone goes on learning general text at its full rate, and little of what single sources say.
    /// Above 0, embedding and head learn from general text alone: it must have the words that sources use.</para>
    /// <para>At 1 sources train their sinks alone, as with <see cref="Isolation.SinksOnly"/>, which also clips them apart and ignores this. Texts that are read with their sinks off count in full.</para>
    /// </remarks>
    public double BackboneShield { get; init; }

    /// <summary>Gets the factor of the sinks' learning rate. At least 0; the default is 1.</summary>
    public double SinkLearningRateScale { get; init; } = 1;

    /// <summary>Gets the steps over which each phase's learning rate rises from 0. At least 0; the default is 50, and never more than a tenth of the phase.</summary>
    public int WarmUpSteps { get; init; } = 50;

    /// <summary>Gets the share of the peak learning rate at which the cosine ends. From 0 to 1; the default is 0.</summary>
    public double FinalLearningRateShare { get; init; }

    /// <summary>Gets the decoupled weight decay (arXiv:1711.05101) of the backbone's matrices; norms have none. At least 0; the default is 0.1.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Gets the decoupled weight decay of the sinks. At least 0; null, the default, takes <see cref="WeightDecay"/>.</summary>
    public double? SinkWeightDecay { get; init; }

    /// <summary>Gets the decay of AdamW's mean of gradients. From 0 to below 1; the default is 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Gets the decay of AdamW's mean of squared gradients. From 0 to below 1; the default is 0.95.</summary>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>Gets the norm that a step's gradient is scaled down to. Above 0; the default is 1.</summary>
    /// <remarks>With <see cref="Isolation.SinksOnly"/> each source's gradient and the general stream's are clipped apart.</remarks>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Gets the precision of the products in training; weights and optimiser are 32-bit in any case. The default is <see cref="Precision.Auto"/>.</summary>
    /// <remarks>Resolved once, before the training begins; a training that goes on from a checkpoint keeps what it began with.</remarks>
    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>Gets the rows that the network reads at once; the gradients of a step's rows are accumulated. At least 0; the default, 0, reads all of a step's rows at once.</summary>
    /// <remarks>Fewer take less memory for the same result, up to rounding.</remarks>
    public int MicroBatchRows { get; init; }

    /// <summary>Gets whether only the residual stream between layers is kept for the gradient, and each layer is computed again on the way back (arXiv:1604.06174). The default is false.</summary>
    /// <remarks>The memory of one layer in place of all, for one more forward pass; the gradients are the same to the bit.</remarks>
    public bool ActivationCheckpointing { get; init; }

    /// <summary>Gets the steps between two reports. At least 1; the default is 10.</summary>
    public int StepsPerReport { get; init; } = 10;

    /// <summary>Gets the steps between two validations. At least 1; the default is 100.</summary>
    /// <remarks>The last step is followed by one in any case. Its products run in the precision of the training. Ignored without validation texts.</remarks>
    public int StepsPerValidation { get; init; } = 100;

    /// <summary>Gets how many validations in a row may pass without a lower loss before the training ends early. At least 0; 0, the default, never ends it early.</summary>
    /// <remarks>Counted once sinks learn. Ignored without validation texts.</remarks>
    public int EarlyStopPatience { get; init; }

    /// <summary>Gets the time between two checkpoints. Above 0; the default is 10 minutes.</summary>
    /// <remarks>Ignored without a work folder. Cancelling writes a checkpoint in any case.</remarks>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets the steps after which a checkpoint is written even if <see cref="CheckpointInterval"/> has not passed. At least 0; 0, the default, leaves it to the time.</summary>
    /// <remarks>Ignored without a work folder.</remarks>
    public int StepsPerCheckpoint { get; init; }

    /// <summary>Gets whether the sinks of sources never run nor learn, so that what is trained is a standard transformer. The default is false.</summary>
    [JsonInclude]
    internal bool AreSinksLeftOut { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public void Validate()
    {
        RequireAtLeast(Passes, 1, nameof(Passes));
        RequireAtLeast(BackboneSteps, 0, nameof(BackboneSteps));
        RequireAtLeast(RowsPerStep, 1, nameof(RowsPerStep));
        RequireAtLeast(MinSources, 2, nameof(MinSources));
        RequireAtLeast(WarmUpSteps, 0, nameof(WarmUpSteps));
        RequireAtLeast(StepsPerReport, 1, nameof(StepsPerReport));
        RequireAtLeast(MicroBatchRows, 0, nameof(MicroBatchRows));
        RequireAtLeast(StepsPerValidation, 1, nameof(StepsPerValidation));
        RequireAtLeast(EarlyStopPatience, 0, nameof(EarlyStopPatience));
        RequireAtLeast(StepsPerCheckpoint, 0, nameof(StepsPerCheckpoint));
        if (CheckpointInterval <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(CheckpointInterval), CheckpointInterval, "CheckpointInterval must be above 0: a checkpoint takes time that training does not have. The default is 10 minutes.");
        RequirePositive(LearningRate, nameof(LearningRate));
        RequirePositive(BackbonePhaseLearningRate, nameof(BackbonePhaseLearningRate));
        RequirePositive(ClipNorm, nameof(ClipNorm));
        RequireNotNegative(BackboneLearningRateScale, nameof(BackboneLearningRateScale));
        RequireNotNegative(SinkLearningRateScale, nameof(SinkLearningRateScale));
        RequireNotNegative(WeightDecay, nameof(WeightDecay));
        RequireNotNegative(SinkWeightDecay ?? 0, nameof(SinkWeightDecay));
        RequireBelowOne(GeneralShare, nameof(GeneralShare));
        RequireBelowOne(SharedDropout, nameof(SharedDropout));
        RequireBelowOne(Beta1, nameof(Beta1));
        RequireBelowOne(Beta2, nameof(Beta2));
        RequireShare(FinalLearningRateShare, nameof(FinalLearningRateShare));
        RequireShare(BackboneShield, nameof(BackboneShield));
        if (!Enum.IsDefined(Precision))
            throw new ArgumentOutOfRangeException(nameof(Precision), Precision, "Precision must be Auto, Float32 or BFloat16.");
        if (!Enum.IsDefined(Isolation))
            throw new ArgumentOutOfRangeException(nameof(Isolation), Isolation, "Isolation must be Joint or SinksOnly.");
        if (SharedDropout > 0 && Isolation == Isolation.SinksOnly)
            throw new ArgumentOutOfRangeException(nameof(SharedDropout), SharedDropout, "SharedDropout lets sources train the backbone, which Isolation.SinksOnly rules out: set SharedDropout to 0, or Isolation to Joint.");
        if (RowsPerStep == 1 && GeneralShare > 0)
            throw new ArgumentOutOfRangeException(nameof(RowsPerStep), RowsPerStep, "A step of 1 row has no room for a share of general text: set RowsPerStep to 2 or more, or GeneralShare to 0.");
    }

    private static void RequireAtLeast(int value, int least, string name)
    {
        if (value < least)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {least} or more.");
    }

    private static void RequirePositive(double value, string name)
    {
        if (!(value > 0 && double.IsFinite(value)))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number above 0.");
    }

    private static void RequireNotNegative(double value, string name)
    {
        if (!(value >= 0 && double.IsFinite(value)))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be 0 or a finite number above it.");
    }

    private static void RequireShare(double value, string name)
    {
        if (!(value is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be from 0 to 1.");
    }

    private static void RequireBelowOne(double value, string name)
    {
        if (!(value is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be from 0 to below 1.");
    }
}
