namespace ForgetDesk.Model;

/// <summary>A folder of secrets.</summary>
internal static class OwnedFolder
{
    /// <summary>Makes a folder that only its owner may enter, where the system knows owners.</summary>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
