namespace Nulls.Examples;

/// <summary>How the model continues a row's text.</summary>
internal sealed class Continued
{
    public string Completion { get; set; } = "";
}
