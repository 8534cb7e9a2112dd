using Nulls.Sources;

namespace Nulls.Soak;

/// <summary>A source, what was acknowledged about it, and the answers that are still awaited.</summary>
/// <remarks>
/// Makes the judgement exact. An answer that is not there when a deletion is acknowledged must show nothing of the source, though it
/// was asked for, perhaps computed, before. An answer that is there already may. Nothing is left to how threads are scheduled. Thread-safe.
/// </remarks>
internal sealed class WatchedSource(string key, SourceId id, IReadOnlyList<KnownQuestion> questions)
{
    private readonly Lock _turn = new();
    private readonly HashSet<PendingAnswer> _awaited = [];
    private Expectation _now = Expectation.Known;

    public string Key => key;

    public SourceId Id => id;

    public IReadOnlyList<KnownQuestion> Questions => questions;

    /// <summary>Asks, and remembers what stood when it was asked.</summary>
    public PendingAnswer Ask<TAnswer>(Func<Task<TAnswer>> ask, out Task<TAnswer> answer)
    {
        lock (_turn)
        {
            answer = ask();
            var pending = new PendingAnswer(answer, _now);
            _awaited.Add(pending);
            return pending;
        }
    }

    /// <summary>Tells how to judge an answer that has come.</summary>
    public Judgement Judge(PendingAnswer pending)
    {
        lock (_turn)
        {
            _awaited.Remove(pending);
            return pending.Judgement;
        }
    }

    /// <summary>Says that an order is about to be given.</summary>
    public void BeginOrder() => Expect(Expectation.Either, ofAwaited: Expectation.Either);

    /// <summary>Says that a deletion was acknowledged.</summary>
    public void AcknowledgeDeletion() => Expect(Expectation.Forgotten, ofAwaited: Expectation.Forgotten);

    /// <summary>Says that a restoration was acknowledged. What is computed already need not know of it.</summary>
    public void AcknowledgeRestoration() => Expect(Expectation.Known, ofAwaited: Expectation.Either);

    private void Expect(Expectation next, Expectation ofAwaited)
    {
        lock (_turn)
        {
            _now = next;
            foreach (var pending in _awaited.Where(pending => !pending.IsThere))
                pending.Judgement = new Judgement(ofAwaited, WasUnderWay: true);
        }
    }
}
