using Nulls.Inference;
using Nulls.Model;
using Nulls.Sources;
using Nulls.Text;
using Nulls.Training;

namespace Nulls;

/// <summary>How a whole model is made from a corpus.</summary>
public sealed record NullsBundleOptions
{
    /// <summary>Gets the sizes of the network. The default is <see cref="NullsConfig.Tiny"/>.</summary>
    public NullsConfig Model { get; init; } = NullsConfig.Tiny;

    /// <summary>Gets how the network is trained.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>Gets the tokenizer: trained on the corpus, which is the default, or read from files.</summary>
    public TokenizerOptions Tokenizer { get; init; } = new();

    /// <summary>Gets what runs for texts that have no sinks of their own. The default is <see cref="SinkRouting.Backbone"/>.</summary>
    /// <remarks>It can be changed after training (<see cref="NullsBundle.WithRouting"/>), but the index of texts that finds the nearest sources is made only if a routing that looks for them is chosen here.</remarks>
    public SinkRouting Routing { get; init; } = SinkRouting.Backbone;

    /// <summary>Gets whether results name the sources that a text was routed to. The default is true.</summary>
    /// <remarks>False where who asks must not learn whose texts are near the question; that a text was routed is told in any case.</remarks>
    public bool ReportsRoutedSources { get; init; } = true;

    /// <summary>Gets whether the model keeps the sources' keys as text, so that they can be listed and chosen by a predicate. The default is false: only keyed hashes are kept.</summary>
    public bool KeepSourceKeys { get; init; }

    /// <summary>Gets the salt that sources' keys are hashed with: 16 to 64 bytes. The default, empty, is 16 random bytes.</summary>
    /// <remarks>To have an existing ledger apply to the new model, give its salt: <c>ledger.Genesis.SourceSalt</c>. And leave out what it says is unlearned: <c>ledger.IsUnlearned(key)</c>.</remarks>
    public ReadOnlyMemory<byte> SourceSalt { get; init; }

    /// <summary>Gets the device to train and score on, such as <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>. The default is <c>cpu</c>. Of several ranks, <c>cuda</c> is the GPU with the rank's number on its machine.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Gets the precision of scoring and writing; training has its own. The default is <see cref="Precision.Float32"/>.</summary>
    /// <remarks>Not saved: whoever loads the model chooses. <see cref="Precision.BFloat16"/> keeps copies of the backbone's matrices beside the 32-bit weights.</remarks>
    public Precision ScoringPrecision { get; init; } = Precision.Float32;

    /// <summary>Gets the seed of everything random. Same seed, same machine and same thread count give the same bits. The default is 0.</summary>
    public int Seed { get; init; }

    /// <summary>Gets the folder in which a training survives a stop: run again with the same folder, it goes on. The default is null: the training is kept in memory alone.</summary>
    /// <remarks>
    /// <para>Made when it is missing. The corpus is brought into it as tokens and read from there, so that it may be larger than memory.
    /// For that the corpus is read twice, and once in each later run, to see that it is the same: it must give the same documents in the
    /// same order each time, as a list, a file or a data view does.</para>
    /// <para>Whatever ends the process, the next run with the same corpus, options and version goes on from the last
    /// checkpoint and gives the same bits as a run that was never stopped; a finished training is returned at once. Device, threads,
    /// routing and the intervals of reports and checkpoints may change; another device, or another number of threads, may change the
    /// last bits. Anything else that differs is an error, and changes nothing in the folder. It holds the training texts as
    /// tokens and the weights of all sources, unlearned ones too: delete it once the model is saved.</para>
    /// <para>Several ranks (<see cref="Distributed.DataParallel"/>) share the folder, so it is on a file system that all of them see.
    /// Their number may change too.</para>
    /// </remarks>
    public string? WorkFolder { get; init; }

    /// <summary>Gets the keys of sources whose documents keep their places and lengths in the training and say nothing. The default is none.</summary>
    internal IReadOnlyCollection<string> BlankedSources { get; init; } = [];

    /// <summary>Gets the file that keeps the backbone after the first phase, for other trainings with the same seed, sizes, tokenizer, general text and first phase; null, the default, for none.</summary>
    internal string? FirstPhasePath { get; init; }

    /// <summary>Checks every value that does not depend on the corpus.</summary>
    /// <exception cref="ArgumentException">A value is outside its range, or values do not fit each other.</exception>
    public void Validate()
    {
        Model.Validate();
        Training.Validate();
        Tokenizer.Validate();
        RoutingRule.Require(Routing, nameof(Routing));
        SourceRegistry.ValidateSalt(SourceSalt.Span, nameof(SourceSalt));
        if (!Enum.IsDefined(ScoringPrecision))
            throw new ArgumentOutOfRangeException(nameof(ScoringPrecision), ScoringPrecision, "ScoringPrecision must be Auto, Float32 or BFloat16.");
        if (WorkFolder is not null && string.IsNullOrWhiteSpace(WorkFolder))
            throw new ArgumentException("WorkFolder is empty. Name a folder, or leave it null to keep the training in memory alone.", nameof(WorkFolder));
    }
}
