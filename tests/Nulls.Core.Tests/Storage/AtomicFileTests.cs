using System.Runtime.Versioning;
using Nulls.Storage;
using Nulls.Tests.Support;

namespace Nulls.Tests.Storage;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Target => _folder["model.bin"];

    [Fact]
    public void A_new_file_holds_what_was_written()
    {
        AtomicFile.Write(Target, stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(Target));
    }

    [Fact]
    public void An_earlier_file_is_replaced_whole()
    {
        File.WriteAllText(Target, "earlier and longer");
        AtomicFile.Write(Target, stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(Target));
    }

    [Fact]
    public void Readers_see_the_earlier_file_until_all_is_written()
    {
        File.WriteAllText(Target, "earlier");
        AtomicFile.Write(Target, stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.Equal("earlier", File.ReadAllText(Target));
        });
    }

    [Fact]
    public void A_failure_leaves_the_earlier_file_whole()
    {
        File.WriteAllText(Target, "earlier");
        Assert.Throws<FormatException>(() => AtomicFile.Write(Target, FailHalfWay));
        Assert.Equal("earlier", File.ReadAllText(Target));
    }

    [Fact]
    public void A_failure_leaves_nothing_else_in_the_folder()
    {
        Assert.Throws<FormatException>(() => AtomicFile.Write(Target, FailHalfWay));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Nothing_but_the_file_is_left_in_the_folder()
    {
        AtomicFile.Write(Target, stream => stream.Write("new"u8));
        Assert.Equal([Target], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void What_a_killed_process_left_is_deleted_by_the_next_write()
    {
        var abandoned = $"{Target}.writing-{Guid.NewGuid():N}";
        File.WriteAllText(abandoned, "half");
        AtomicFile.Write(Target, stream => stream.Write("new"u8));
        Assert.False(File.Exists(abandoned));
    }

    [Fact]
    public void What_another_process_is_writing_is_left_alone()
    {
        var aside = $"{Target}.writing-{Guid.NewGuid():N}";
        using var other = new FileStream(aside, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        AtomicFile.Write(Target, stream => stream.Write("new"u8));
        Assert.True(File.Exists(aside));
    }

    [Fact]
    public void A_file_of_a_similar_name_is_left_alone()
    {
        File.WriteAllText($"{Target}.writing-notes", "mine");
        AtomicFile.Write(Target, stream => stream.Write("new"u8));
        Assert.Equal("mine", File.ReadAllText($"{Target}.writing-notes"));
    }

    [Fact]
    public void A_full_disk_is_an_error_that_names_path_and_remedy()
    {
        var error = Assert.Throws<IOException>(() => AtomicFile.Write(Target, _ => throw FullDisk()));
        Assert.Contains($"no room to write '{Target}'", error.Message);
        Assert.Contains("Free some space", error.Message);
    }

    [FactOnLinux]
    public void The_error_of_a_really_full_device_is_known_for_one()
    {
        // Writing to this device always fails as on a full disk.
        var cause = Assert.ThrowsAny<IOException>(() =>
        {
            using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            full.Write("x"u8);
        });
        Assert.NotNull(DiskFull.Explain(cause, "model.bin"));
    }

    [Fact]
    public void Another_error_passes_as_it_is()
    {
        var cause = new IOException("cable pulled");
        Assert.Same(cause, Assert.Throws<IOException>(() => AtomicFile.Write(Target, _ => throw cause)));
    }

    [Fact]
    public void A_missing_folder_is_an_error() =>
        Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.Write(_folder["none", "model.bin"], _ => { }));

    [Fact]
    public void A_folder_is_not_replaced_by_a_file()
    {
        Directory.CreateDirectory(Target);
        Assert.Contains("a folder has its name", Assert.Throws<UnauthorizedAccessException>(() => AtomicFile.Write(Target, _ => { })).Message);
    }

    [FactOnLinux]
    public void A_link_stays_a_link()
    {
        File.WriteAllText(_folder["real.bin"], "earlier");
        File.CreateSymbolicLink(Target, _folder["real.bin"]);
        AtomicFile.Write(Target, stream => stream.Write("new"u8));
        Assert.Equal(("new", true), (File.ReadAllText(_folder["real.bin"]), new FileInfo(Target).LinkTarget is not null));
    }

    [FactOnLinux]
    [UnsupportedOSPlatform("windows")]
    public void A_replaced_file_keeps_its_permissions()
    {
        File.WriteAllText(Target, "earlier");
        File.SetUnixFileMode(Target, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        AtomicFile.Write(Target, stream => stream.Write("new"u8));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target));
    }

    public void Dispose() => _folder.Dispose();

    internal static IOException FullDisk() =>
        new("No space left on device", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28);

    private static void FailHalfWay(Stream stream)
    {
        stream.Write("half"u8);
        throw new FormatException();
    }
}
