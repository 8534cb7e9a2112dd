namespace Nulls.Soak;

/// <summary>Where the soak works, and how long.</summary>
/// <param name="ModelFolder">Where the model is kept once it is trained.</param>
/// <param name="Scratch">A folder for ledgers and keys, deleted at the end.</param>
/// <param name="IsQuick">Whether each part is cut to a few seconds: it shows that the soak works, and its figures are no measurement.</param>
internal sealed record SoakSetting(string ModelFolder, string Scratch, bool IsQuick)
{
    /// <summary>Makes an empty folder.</summary>
    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(Scratch, $"{name}-{Guid.NewGuid():N}")).FullName;

    /// <summary>Chooses a number by how long the soak is to take.</summary>
    public int Count(int whole, int quick) => IsQuick ? quick : whole;
}
