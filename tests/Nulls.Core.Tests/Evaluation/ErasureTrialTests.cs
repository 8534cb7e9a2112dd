using Nulls.Evaluation;
using Nulls.Inference;
using Nulls.Sinks;
using Nulls.Tests.Support;

namespace Nulls.Tests.Evaluation;

public sealed class ErasureTrialTests : IClassFixture<ErasureTrialTests.CrowdedBundle>
{
    private static readonly ScoringRequest[] Survivors = [.. Enumerable.Range(0, 10).Where(i => i != 3).Select(i => new ScoringRequest(TinyBundle.Text(i), TinyBundle.Keys[i]))];

    private readonly NullsBundle _bundle;

    public ErasureTrialTests(CrowdedBundle crowded) => _bundle = crowded.Bundle;

    /// <summary>Sources that share sinks, and keys that are kept.</summary>
    public sealed class CrowdedBundle : IDisposable
    {
        public NullsBundle Bundle { get; } = TinyBundle.Train(TinyBundle.Options with
        {
            Model = TinyBundle.Options.Model with { Allocation = SinkAllocationKind.Hashed, SinkPoolWidth = 24 },
            Training = TinyBundle.Options.Training with { Passes = 10 },
            KeepSourceKeys = true,
        });

        public void Dispose() => Bundle.Dispose();
    }

    [Fact]
    public void The_change_is_what_a_true_erasure_makes()
    {
        var trial = ErasureTrial.Run(_bundle, ["book-3"], Survivors);
        using var erased = _bundle.Erase(["book-3"]);
        var expected = Scores(_bundle).Zip(Scores(erased), (was, now) => was - now).ToArray();
        Assert.Equal(expected, trial.SurvivorChange.ValuesByIndex["score"]);
        Assert.Equal(expected.Average(), trial.SurvivorChange.Value, 1e-12);
        Assert.InRange(trial.SurvivorChange.Value, trial.SurvivorChange.Interval!.Value.Lower, trial.SurvivorChange.Interval.Value.Upper);
        Assert.True(trial.SurvivorChange.Value > 0, "survivors that share sinks lose by it");
    }

    [Fact]
    public void Only_those_who_share_sinks_change()
    {
        var trial = ErasureTrial.Run(_bundle, ["book-3"], Survivors);
        var changed = Survivors.Zip(trial.SurvivorChange.ValuesByIndex["score"]).Where(pair => pair.Second != 0).Select(pair => pair.First.Source!);
        Assert.Equal(changed.Order(), trial.SharedWith.Order());
    }

    [Fact]
    public void Who_is_unlearned_or_not_kept_by_key_is_counted_and_not_named()
    {
        var shared = ErasureTrial.Run(_bundle, ["book-3"], []).SharedWith;
        using var forgetful = _bundle.Unlearn([shared[0]]);
        var trial = ErasureTrial.Run(forgetful, ["book-3"], []);
        Assert.Equal((shared.Count - 1, 1), (trial.SharedWith.Count, trial.UnnamedCount));
        Assert.DoesNotContain(shared[0], trial.SharedWith);
    }

    [Fact]
    public void General_text_that_runs_no_sinks_does_not_change()
    {
        using var backbone = _bundle.WithRouting(SinkRouting.Backbone);
        var trial = ErasureTrial.Run(backbone, ["book-3"], [], ["In book 21 nothing happens.", "In book 22 nothing happens."]);
        Assert.Equal((0.0, 2), (trial.GeneralChange.Value, trial.GeneralChange.Count));
    }

    [Fact]
    public void A_trial_changes_nothing_and_leaves_no_tensor_behind()
    {
        var before = Scores(_bundle);
        LiveTensors.AssertUnchangedBy(() => ErasureTrial.Run(_bundle, ["book-3"], Survivors));
        Assert.Equal(before, Scores(_bundle));
    }

    [Theory]
    [InlineData("book-3", "to be erased")]
    [InlineData("book-4", "unlearned")]
    [InlineData("no such book", "never saw")]
    [InlineData("", "no source")]
    public void A_text_that_is_no_survivors_is_refused(string source, string reason)
    {
        using var forgetful = _bundle.Unlearn(["book-4"]);
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => ErasureTrial.Run(forgetful, ["book-3"], [new ScoringRequest("a", source)])).Message);
    }

    private static double[] Scores(NullsBundle bundle) => [.. bundle.Score(Survivors, ScoringOutputs.LogProbabilities).Select(result => (double)result.Score)];
}
