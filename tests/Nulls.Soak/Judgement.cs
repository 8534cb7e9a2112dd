namespace Nulls.Soak;

/// <summary>How an answer is to be judged.</summary>
/// <param name="Expectation">What it must show.</param>
/// <param name="WasUnderWay">Whether it was asked for before the last order about its source.</param>
internal readonly record struct Judgement(Expectation Expectation, bool WasUnderWay);
