using System.Runtime.InteropServices;

namespace Nulls.Torch;

/// <summary>Where an application's native libraries may be, and what they are called on this platform.</summary>
internal static class NativeFolders
{
    /// <summary>Gets the platforms that TorchSharp's packages have native libraries for.</summary>
    public static IReadOnlyList<string> SupportedRuntimeIdentifiers { get; } = ["linux-x64", "osx-arm64", "win-arm64", "win-x64"];

    /// <summary>Gets this platform as packages name it, such as <c>linux-x64</c>.</summary>
    public static string RuntimeIdentifier
    {
        get
        {
            // Natives for the GNU C library do not load with musl.
            var isMusl = RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal);
            var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : isMusl ? "linux-musl" : "linux";
            return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        }
    }

    /// <summary>The file name of a library on this platform: <c>libtorch.so</c>, <c>torch.dll</c> or <c>libtorch.dylib</c> for <c>torch</c>.</summary>
    public static string FileName(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";

    /// <summary>The folders that exist, nearest first: beside the application, where its host looks, and the packages that TorchSharp came with.</summary>
    public static IReadOnlyList<string> OfApplication()
    {
        var native = Path.Combine("runtimes", RuntimeIdentifier, "native");
        var folders = new List<string> { AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, native) };
        if (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string searched)
            folders.AddRange(searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));

        // Scripts and notebooks run from the package folder: <packages>/torchsharp/<version>/lib/<framework>/TorchSharp.dll.
        var assembly = typeof(TorchSharp.torch).Assembly.Location;
        if (assembly.Length > 0)
        {
            var package = Path.GetFullPath(Path.Combine(assembly, "..", "..", ".."));
            folders.Add(Path.GetDirectoryName(assembly)!);
            folders.Add(Path.Combine(package, native));
            folders.Add(Path.Combine(package, "..", "..", $"libtorch-cpu-{RuntimeIdentifier}", NativeBackend.LibTorchVersion + ".0", native));
        }

        return [.. folders.Select(Path.GetFullPath).Select(Path.TrimEndingDirectorySeparator).Distinct().Where(Directory.Exists)];
    }

    /// <summary>The path of a library in the first folder that has it, or null.</summary>
    public static string? Find(string library, IEnumerable<string> folders) =>
        folders.Select(folder => Path.Combine(folder, FileName(library))).FirstOrDefault(File.Exists);

    /// <summary>The version of the PyTorch whose lib folder this is, such as <c>2.10.0+cu128</c>, or null when it does not say.</summary>
    public static string? PyTorchVersion(string folder)
    {
        // A Python package says it in torch/version.py, as __version__ = '2.10.0'; a plain libtorch in build-version.
        var parent = Path.Combine(Path.GetFullPath(folder), "..");
        var python = Path.Combine(parent, "version.py");
        if (File.Exists(python))
        {
            var line = File.ReadLines(python).FirstOrDefault(line => line.StartsWith("__version__", StringComparison.Ordinal));
            return line?.Split('\'', '"').ElementAtOrDefault(1);
        }

        var plain = Path.Combine(parent, "build-version");
        return File.Exists(plain) ? File.ReadAllText(plain).Trim() : null;
    }

    /// <summary>Whether two paths are one file, through links too.</summary>
    public static bool IsSameFile(string first, string second) => Resolve(first) == Resolve(second);

    private static string Resolve(string path) =>
        new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
}
