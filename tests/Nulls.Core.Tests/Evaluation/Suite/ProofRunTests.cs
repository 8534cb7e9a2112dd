using System.Collections.Concurrent;
using Nulls.Evaluation.Suite;
using Nulls.Tests.Support;
using Nulls.TrainingApp;

namespace Nulls.Tests.Evaluation.Suite;

public sealed class ProofRunTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TemporaryFolder _folder = new();
    private CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _begun = [];
    private readonly ProofCache _cache;

    public ProofRunTests() => _cache = new ProofCache(_folder.Path, "models", "questions");

    [Fact]
    public void What_is_independent_is_computed_at_the_same_time_and_what_is_not_waits()
    {
        using var both = new Barrier(2);
        using var isDone = new ManualResetEventSlim();
        Run(
            workers: 2,
            Part("last", 1, () => Assert.True(isDone.IsSet)) with { After = [Name("first"), Name("second")] },
            Part("first", 1, () => Assert.True(both.SignalAndWait(Patience))),
            Part("second", 1, () =>
            {
                Assert.True(both.SignalAndWait(Patience));
                isDone.Set();
            }));
        Assert.Equal("last", _begun.Last());
    }

    [Fact]
    public void What_decides_comes_first_then_the_heaviest_and_no_round_before_the_one_before()
    {
        Run(
            workers: 1,
            Part("light", 1), Part("heavy", 9), Part("deciding", 1) with { Check = () => Assert.Equal(["deciding"], _begun) }, Part("next round", 99) with { Round = 1 });
        Assert.Equal(["deciding", "heavy", "light", "next round"], _begun);
    }

    [Fact]
    public void A_part_that_fails_stops_those_beside_it_and_is_what_the_caller_hears_of()
    {
        using var both = new Barrier(2);
        var isStopped = false;
        var failure = Assert.Throws<InvalidDataException>(() => Run(
            workers: 2,
            Part("endless", 2, () =>
            {
                both.SignalAndWait(Patience);
                isStopped = _stop.Token.WaitHandle.WaitOne(Patience);
                _stop.Token.ThrowIfCancellationRequested();
            }),
            Part("failing", 1, () =>
            {
                both.SignalAndWait(Patience);
                throw new InvalidDataException("damaged");
            }),
            Part("never begun", 1) with { Round = 1 }));
        Assert.Equal("damaged", failure.Message);
        Assert.True(isStopped);
        Assert.DoesNotContain("never begun", _begun);
    }

    [Fact]
    public void What_is_done_is_kept_when_another_part_fails_and_a_second_run_goes_on_with_the_rest()
    {
        Assert.Throws<InvalidDataException>(() => Run(workers: 1, Part("done", 2), Part("failing", 1, () => throw new InvalidDataException("damaged"))));
        _begun.Clear();
        Run(workers: 2, Part("done", 2), Part("failing", 1));
        Assert.Equal(["failing"], _begun);
    }

    [Fact]
    public void A_part_that_waits_for_one_that_is_not_there_is_a_fault_and_no_endless_wait() =>
        Assert.Contains("not in the plan", Assert.ThrowsAny<Exception>(() => Run(workers: 2, Part("waiting", 1) with { After = [Name("missing")] })).Message, StringComparison.Ordinal);

    public void Dispose()
    {
        _cache.Dispose();
        _stop.Dispose();
        _folder.Dispose();
    }

    private void Run(int workers, params ProofTask[] tasks)
    {
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        var questions = new ProofQuestions(TinySuite.Corpus, TinySuite.Corpus.ForgetSets[0]);
        using var models = new ProofModels(questions, TinySuite.Options(_folder.Path).Bundle, _cache, "tokenizer.json");
        new ProofRun(_cache, new ProofResults(), models, progress: null, TimeProvider.System, _stop).Compute(tasks, workers);
    }

    private ProofTask Part(string name, double weight, Action? run = null) => new(Name(name), weight, _ =>
    {
        _begun.Enqueue(name);
        run?.Invoke();
        return new StageResult([]);
    });

    private static ProofPart Name(string name) => new(name, 1, "facts");
}
