namespace Nulls.MLNet.Hosting;

/// <summary>What serves: a model in one state of what is unlearned. Another takes its place with every change.</summary>
/// <param name="Number">Counts the states.</param>
/// <param name="LoadNumber">Counts the weights: loaded, or erased.</param>
/// <param name="Loaded">What was loaded.</param>
/// <param name="Bundle">The model in this state; owned by the state.</param>
/// <param name="Info">Its description.</param>
internal sealed record ServedState(long Number, long LoadNumber, LoadedModel Loaded, NullsBundle Bundle, NullsModelInfo Info);
