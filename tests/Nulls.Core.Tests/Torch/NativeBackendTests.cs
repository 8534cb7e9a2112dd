using Nulls.Tests.Support;
using Nulls.Torch;
using static TorchSharp.torch;

namespace Nulls.Tests.Torch;

public class NativeBackendTests
{
    // This assembly loads the backend as it starts, and its entry point does nothing else.
    private static readonly string ThisAssembly = typeof(NativeBackendTests).Assembly.Location;

    [Fact]
    public void An_operation_of_Torch_works()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(10, arange(5).sum().item<long>());
    }

    [Fact]
    public void TorchSharp_copies_no_natives_beside_the_application() =>
        Assert.False(Directory.Exists(Path.Combine(Path.GetDirectoryName(typeof(TorchSharp.torch).Assembly.Location)!, "cpu")));

    [Fact]
    public void The_output_holds_natives_of_one_platform()
    {
        var files = Directory.EnumerateFiles(AppContext.BaseDirectory, "*LibTorchSharp.*", SearchOption.AllDirectories);

        Assert.Equal(NativeFolders.FileName("LibTorchSharp"), Path.GetFileName(Assert.Single(files)));
    }

    [Fact]
    public void The_version_asked_of_a_PyTorch_is_the_one_TorchSharp_was_compiled_against() =>
        Assert.StartsWith(NativeBackend.LibTorchVersion + ".", __version__, StringComparison.Ordinal);

    [Fact]
    public async Task Processes_that_load_it_at_the_same_time_do_not_disturb_each_other()
    {
        var processes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => DotNetProcess.RunAsync(ThisAssembly)));

        Assert.All(processes, process => Assert.Equal((0, ""), (process.ExitCode, process.Error)));
    }

    [Fact]
    public async Task The_variable_is_obeyed_by_a_new_process()
    {
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string> { [NativeBackend.FolderVariable] = folder["absent"], ["DOTNET_DbgEnableMiniDump"] = "0" };

        var process = await DotNetProcess.RunAsync(ThisAssembly, environment);

        Assert.NotEqual(0, process.ExitCode);
        Assert.Contains($"there is no folder '{folder["absent"]}'", process.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_that_names_no_folder_is_an_error_that_names_variable_and_folder()
    {
        using var folder = new TemporaryFolder();

        var thrown = Assert.Throws<DirectoryNotFoundException>(() => NativeBackend.Load(folder["absent"], NativeFolders.OfApplication()));

        Assert.Contains("NULLS_LIBTORCH", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(folder["absent"], thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_libtorch_is_an_error_that_says_which_file_is_missing()
    {
        using var folder = new TemporaryFolder();

        var thrown = Assert.Throws<DllNotFoundException>(() => NativeBackend.Load(folder.Path, NativeFolders.OfApplication()));

        Assert.Contains($"'{folder.Path}' has no {NativeFolders.FileName("torch_cpu")}", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version.py", "from typing import Optional\n__version__ = '2.8.0+cu128'\ndebug = False\n", "2.8.0+cu128")]
    [InlineData("build-version", "2.1.0+cpu\n", "2.1.0+cpu")]
    public void A_PyTorch_of_another_version_is_an_error_that_names_both(string file, string text, string version)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["lib"]);
        File.WriteAllText(folder[file], text);
        File.WriteAllText(folder["lib", NativeFolders.FileName("torch_cpu")], "");

        var thrown = Assert.Throws<InvalidOperationException>(() => NativeBackend.Load(folder["lib"], NativeFolders.OfApplication()));

        Assert.Contains($"PyTorch {version}", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("PyTorch 2.10", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_libtorch_are_an_error_that_says_how_to_build_without_the_first()
    {
        using var folder = new TemporaryFolder();
        using var application = new TemporaryFolder();
        foreach (var path in (string[])[folder[NativeFolders.FileName("torch_cpu")], application[NativeFolders.FileName("torch_cpu")]])
            File.WriteAllText(path, "");

        var thrown = Assert.Throws<InvalidOperationException>(
            () => NativeBackend.Load(folder.Path, [.. NativeFolders.OfApplication(), application.Path]));

        Assert.Contains("-p:NullsBackend=none", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_application_without_a_backend_is_told_which_package_to_reference()
    {
        using var folder = new TemporaryFolder();

        var thrown = Assert.Throws<DllNotFoundException>(() => NativeBackend.Load(null, [folder.Path]));

        Assert.Contains($"there is no {NativeFolders.FileName("LibTorchSharp")} in '{folder.Path}'", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("TorchSharp-cpu", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("-p:NullsBackend=cuda", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_does_not_load_is_an_error_with_its_path_and_the_loaders_reason()
    {
        using var folder = new TemporaryFolder();
        foreach (var library in (string[])["torch_cpu", "LibTorchSharp"])
            File.WriteAllText(folder[NativeFolders.FileName(library)], "no library");

        var thrown = Assert.ThrowsAny<Exception>(() => NativeBackend.Load(null, [folder.Path]));

        Assert.IsType<DllNotFoundException>(thrown);
        Assert.Contains(folder[NativeFolders.FileName("torch_cpu")], thrown.Message, StringComparison.Ordinal);
        Assert.NotNull(thrown.InnerException);
        Assert.Contains("libstdc++", thrown.Message, StringComparison.Ordinal);
    }
}
