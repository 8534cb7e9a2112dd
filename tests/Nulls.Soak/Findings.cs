namespace Nulls.Soak;

/// <summary>What was wrong, counted, with the first of each sort in words. Thread-safe.</summary>
internal sealed class Findings
{
    private readonly Lock _turn = new();
    private string? _firstError;
    private string? _firstStale;

    /// <summary>Gets the number of answers that were judged.</summary>
    public long Answers { get; private set; }

    /// <summary>Gets the number of those that had to show nothing of their source, because its deletion was acknowledged.</summary>
    public long AfterDeletion { get; private set; }

    /// <summary>Gets the number of the latter that were asked for before.</summary>
    public long UnderWay { get; private set; }

    /// <summary>Gets the number of requests and orders that failed, of answers that did not know a source in use, and of such whose words and reported sources contradict each other.</summary>
    public long Errors { get; private set; }

    /// <summary>Gets the number of answers that came after a source's deletion was acknowledged, and gave its fact or ran its sinks.</summary>
    public long StaleAnswers { get; private set; }

    /// <summary>Gets the first error and the first stale answer in words; empty when there is none.</summary>
    public string InWords
    {
        get
        {
            lock (_turn)
                return string.Concat(new[] { _firstError, _firstStale }.Where(first => first is not null).Select(first => $"; first: {first}"));
        }
    }

    /// <summary>Judges an answer.</summary>
    /// <param name="judgement">How to judge it.</param>
    /// <param name="isKnown">Whether it gives the fact.</param>
    /// <param name="ranSinks">Whether it says that the source's sinks ran.</param>
    /// <param name="answer">The answer in words.</param>
    public void Judge(Judgement judgement, bool isKnown, bool ranSinks, string answer)
    {
        lock (_turn)
        {
            var (expectation, wasUnderWay) = judgement;
            Answers++;
            AfterDeletion += expectation == Expectation.Forgotten ? 1 : 0;
            UnderWay += expectation == Expectation.Forgotten && wasUnderWay ? 1 : 0;
            if (expectation == Expectation.Forgotten && (isKnown || ranSinks))
            {
                StaleAnswers++;
                _firstStale ??= answer;
            }
            else if (isKnown != ranSinks || (expectation == Expectation.Known && !isKnown))
            {
                Errors++;
                _firstError ??= $"expected {expectation}, got {answer}";
            }
        }
    }

    /// <summary>Counts as an error that too few answers came after a deletion to tell anything: a service that hangs gives no stale answer either.</summary>
    public void RequireAnswersAfterDeletion(int fewest)
    {
        if (AfterDeletion < fewest)
            AddError($"Only {AfterDeletion} answers came after the deletion of their source, and {fewest} are needed to tell anything.");
    }

    /// <summary>Counts something that failed.</summary>
    public void AddError(string error)
    {
        lock (_turn)
        {
            Errors++;
            _firstError ??= error;
        }
    }
}
