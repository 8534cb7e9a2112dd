using System.Runtime.InteropServices;

namespace Nulls.Torch;

/// <summary>TorchSharp's native libraries, loaded before TorchSharp looks for them.</summary>
/// <remarks>
/// Left to itself, TorchSharp needs a C++ runtime newer than that of several current distributions; there it copies every native
/// library beside the application and fails. Call <see cref="EnsureLoaded"/> before the first use of Torch in every public entry:
/// TorchSharp then finds what it needs among the libraries already in the process.
/// </remarks>
internal static class NativeBackend
{
    /// <summary>The environment variable that names the lib folder of an existing PyTorch.</summary>
    public const string FolderVariable = "NULLS_LIBTORCH";

    /// <summary>The libtorch that TorchSharp 0.107 is compiled against: another minor version lacks some of the symbols it calls.</summary>
    public const string LibTorchVersion = "2.10";

    // Of this version of the C++ runtime, the bridge names one symbol that nothing in it calls: the version can be done without.
    private const string UnusedRuntimeVersion = "GLIBCXX_3.4.32";

    private static readonly Lock Gate = new();
    private static volatile bool _isLoaded;

    /// <summary>Loads the native libraries, once a process. Safe to call from any thread; a failed call may be tried again.</summary>
    /// <exception cref="DirectoryNotFoundException"><c>NULLS_LIBTORCH</c> names no folder.</exception>
    /// <exception cref="DllNotFoundException">A native library is missing or does not load.</exception>
    /// <exception cref="InvalidOperationException"><c>NULLS_LIBTORCH</c> names a PyTorch that does not fit, or the application brings another.</exception>
    /// <exception cref="PlatformNotSupportedException">TorchSharp has no native libraries for this platform.</exception>
    public static void EnsureLoaded()
    {
        if (_isLoaded)
            return;

        lock (Gate)
        {
            if (_isLoaded)
                return;

            OpenMpThreads.SpinBriefly();
            FreedMemory.Keep();
            Load(Environment.GetEnvironmentVariable(FolderVariable), NativeFolders.OfApplication());
            _isLoaded = true;
        }
    }

    /// <summary>Loads from the folder given, or else from the application's, without asking whether that was done before.</summary>
    internal static void Load(string? givenFolder, IReadOnlyList<string> applicationFolders)
    {
        var bridge = NativeFolders.Find("LibTorchSharp", applicationFolders)
            ?? throw Missing("LibTorchSharp", applicationFolders);
        var libTorch = string.IsNullOrWhiteSpace(givenFolder)
            ? NativeFolders.Find("torch_cpu", applicationFolders) ?? throw Missing("torch_cpu", applicationFolders)
            : FindGiven(givenFolder, applicationFolders);

        // By name, the loader would look for each beside its dependent alone; those already loaded it finds wherever they are.
        LoadFile(libTorch);
        foreach (var library in (string[])["torch_cuda", "torch"])
        {
            if (NativeFolders.Find(library, [Path.GetDirectoryName(libTorch)!]) is { } path)
                LoadFile(path);
        }

        LoadBridge(bridge);
    }

    private static string FindGiven(string folder, IReadOnlyList<string> applicationFolders)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException(
                $"The environment variable {FolderVariable} must name the lib folder of a PyTorch {LibTorchVersion}, but there is no folder '{folder}'.");
        }

        var path = NativeFolders.Find("torch_cpu", [Path.GetFullPath(folder)])
            ?? throw new DllNotFoundException(
                $"The environment variable {FolderVariable} must name the lib folder of a PyTorch {LibTorchVersion}, but '{folder}' has no " +
                $"{NativeFolders.FileName("torch_cpu")}. In a Python environment the folder is site-packages/torch/lib.");

        var version = NativeFolders.PyTorchVersion(folder);
        if (version is not null && !version.StartsWith(LibTorchVersion + ".", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(
                $"The environment variable {FolderVariable} names PyTorch {version} in '{folder}', but TorchSharp needs PyTorch {LibTorchVersion}.");
        }

        // TorchSharp loads a libtorch that lies beside it without asking, and a second one aborts the process as it registers its operators.
        if (NativeFolders.Find("torch_cpu", applicationFolders) is { } own && !NativeFolders.IsSameFile(own, path))
        {
            throw new InvalidOperationException(
                $"The environment variable {FolderVariable} names the PyTorch in '{folder}', but the application brings its own libtorch, '{own}'. " +
                $"Build the application with -p:NullsBackend=none, or unset {FolderVariable}.");
        }

        return path;
    }

    private static void LoadFile(string path)
    {
        try
        {
            NativeLibrary.Load(path);
        }
        catch (Exception cause) when (cause is DllNotFoundException or BadImageFormatException)
        {
            throw DoesNotLoad(path, cause);
        }
    }

    private static void LoadBridge(string path)
    {
        try
        {
            LoadFile(path);
        }
        catch (DllNotFoundException cause)
            when (OperatingSystem.IsLinux() && cause.Message.Contains(UnusedRuntimeVersion, StringComparison.Ordinal))
        {
            LoadWithoutUnusedVersion(path);
        }
    }

    // The library itself is not ours to change: a copy in memory is, and TorchSharp finds that by the name it carries.
    private static void LoadWithoutUnusedVersion(string path)
    {
        try
        {
            var image = File.ReadAllBytes(path);
            ElfVersionNeeds.MakeOptional(image, UnusedRuntimeVersion);
            MemoryLibrary.Load("libLibTorchSharp.so", image);
        }
        catch (Exception cause) when (cause is DllNotFoundException or BadImageFormatException or InvalidDataException or IOException)
        {
            throw DoesNotLoad(path, cause);
        }
    }

    private static DllNotFoundException DoesNotLoad(string path, Exception cause) => new(
        $"The native library '{path}' does not load: {cause.Message.TrimEnd()}\n" +
        "TorchSharp needs its own backend package, TorchSharp-cpu or TorchSharp-cuda-linux, of the same version, and a C++ runtime: " +
        "on Linux libstdc++ of GCC 12 or newer (Debian 12, Ubuntu 22.04; package libstdc++6), on Windows the Visual C++ redistributable 2022.",
        cause);

    private static Exception Missing(string library, IReadOnlyList<string> folders)
    {
        var identifier = NativeFolders.RuntimeIdentifier;
        if (!NativeFolders.SupportedRuntimeIdentifiers.Contains(identifier))
        {
            return new PlatformNotSupportedException(
                $"TorchSharp has native libraries for {string.Join(", ", NativeFolders.SupportedRuntimeIdentifiers)}, but this process runs on {identifier}.");
        }

        return new DllNotFoundException(
            $"The application brings no native backend for TorchSharp: there is no {NativeFolders.FileName(library)} in {string.Join(", ", folders.Select(folder => $"'{folder}'"))}. " +
            "Reference the package TorchSharp-cpu in the application, or build it with -p:NullsBackend=cuda for an NVIDIA GPU, " +
            $"or set {FolderVariable} to the lib folder of a PyTorch {LibTorchVersion}.");
    }
}
