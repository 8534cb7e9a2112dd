namespace Nulls.Training;

/// <summary>STUB.</summary>
public sealed record TrainingOptions
{
    public int Passes { get; init; } = 20;
    public void Validate() { }
}
