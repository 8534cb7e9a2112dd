namespace Nulls.Soak;

/// <summary>A question that was asked and is not judged yet.</summary>
/// <param name="answer">Ends when the answer is there.</param>
/// <param name="expectation">What it must show as things stand.</param>
internal sealed class PendingAnswer(Task answer, Expectation expectation)
{
    /// <summary>Gets or sets how the answer is to be judged; changed only by <see cref="WatchedSource"/>, under its lock.</summary>
    public Judgement Judgement { get; set; } = new(expectation, WasUnderWay: false);

    /// <summary>Gets whether the answer is there, so that what comes later says nothing about it.</summary>
    public bool IsThere => answer.IsCompleted;
}
