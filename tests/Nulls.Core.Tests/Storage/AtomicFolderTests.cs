using Nulls.Storage;
using Nulls.Tests.Support;

namespace Nulls.Tests.Storage;

public sealed class AtomicFolderTests : IDisposable
{
    private const string Marker = "model.json";
    private readonly TemporaryFolder _folder = new();

    private string Target => _folder["model"];

    [Fact]
    public void A_new_folder_holds_what_was_written()
    {
        Write("new");
        Assert.Equal("new", Contents());
    }

    [Fact]
    public void An_earlier_folder_is_replaced_whole()
    {
        Write("earlier");
        File.WriteAllText(Path.Combine(Target, "more.bin"), "x");
        Write("new");
        Assert.Equal([Path.Combine(Target, Marker)], Directory.EnumerateFileSystemEntries(Target));
    }

    [Fact]
    public void An_empty_folder_is_replaced()
    {
        Directory.CreateDirectory(Target);
        Write("new");
        Assert.Equal("new", Contents());
    }

    [Fact]
    public void Folders_above_that_do_not_exist_are_made()
    {
        AtomicFolder.Write(_folder["a", "b", "model"], Marker, aside => File.WriteAllText(Path.Combine(aside, Marker), "new"));
        Assert.True(File.Exists(_folder["a", "b", "model", Marker]));
    }

    [Fact]
    public void A_path_that_ends_in_a_separator_is_the_same_folder()
    {
        AtomicFolder.Write(Target + Path.DirectorySeparatorChar, Marker, aside => File.WriteAllText(Path.Combine(aside, Marker), "new"));
        Assert.Equal("new", Contents());
    }

    [Fact]
    public void Nothing_but_the_folder_is_left_beside_it()
    {
        Write("earlier");
        Write("new");
        Assert.Equal([Target], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Readers_see_the_earlier_folder_until_all_is_written()
    {
        Write("earlier");
        AtomicFolder.Write(Target, Marker, aside =>
        {
            File.WriteAllText(Path.Combine(aside, Marker), "new");
            Assert.Equal("earlier", Contents());
        });
    }

    [Fact]
    public void A_failure_leaves_the_earlier_folder_whole()
    {
        Write("earlier");
        Assert.Throws<FormatException>(() => AtomicFolder.Write(Target, Marker, FailHalfWay));
        Assert.Equal("earlier", Contents());
    }

    [Fact]
    public void A_failure_leaves_nothing_else_beside_it()
    {
        Assert.Throws<FormatException>(() => AtomicFolder.Write(Target, Marker, FailHalfWay));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_full_disk_is_an_error_that_names_the_folder_given()
    {
        var error = Assert.Throws<IOException>(() => AtomicFolder.Write(
            Target, Marker, aside => AtomicFile.Write(Path.Combine(aside, Marker), _ => throw AtomicFileTests.FullDisk())));
        Assert.Contains($"no room to write '{Target}'", error.Message);
    }

    [Fact]
    public void A_folder_that_holds_something_else_is_not_replaced()
    {
        Directory.CreateDirectory(Target);
        File.WriteAllText(Path.Combine(Target, "thesis.txt"), "mine");
        var error = Assert.Throws<IOException>(() => Write("new"));
        Assert.Contains($"has no '{Marker}'", error.Message);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(Target, "thesis.txt")));
    }

    [Fact]
    public void A_file_is_not_replaced_by_a_folder()
    {
        File.WriteAllText(Target, "mine");
        Assert.Contains("is a file", Assert.Throws<IOException>(() => Write("new")).Message);
    }

    [Fact]
    public void A_folder_without_its_marker_is_not_put_in_place()
    {
        Write("earlier");
        Assert.Throws<InvalidOperationException>(() => AtomicFolder.Write(Target, Marker, _ => { }));
        Assert.Equal("earlier", Contents());
    }

    [Fact]
    public void Two_cannot_write_one_folder_at_once()
    {
        Exception? second = null;
        AtomicFolder.Write(Target, Marker, aside =>
        {
            File.WriteAllText(Path.Combine(aside, Marker), "first");
            second = Record.Exception(() => Write("second"));
        });
        Assert.Contains("Another process is writing", Assert.IsType<IOException>(second).Message);
        Assert.Equal("first", Contents());
    }

    [Fact]
    public void A_death_between_the_two_renames_is_put_right_by_recovery()
    {
        Write("earlier");
        Directory.Move(Target, Leftover("previous"));
        Directory.CreateDirectory(Leftover("writing"));
        AtomicFolder.Recover(Target);
        Assert.Equal("earlier", Contents());
    }

    [Fact]
    public void A_death_between_the_two_renames_is_put_right_by_the_next_write_even_if_that_fails()
    {
        Write("earlier");
        Directory.Move(Target, Leftover("previous"));
        Assert.Throws<FormatException>(() => AtomicFolder.Write(Target, Marker, FailHalfWay));
        Assert.Equal("earlier", Contents());
    }

    [Fact]
    public void Recovery_leaves_nothing_beside_the_folder()
    {
        Write("new");
        foreach (var kind in (string[])["previous", "writing", "writing"])
            Directory.CreateDirectory(Leftover(kind));
        AtomicFolder.Recover(Target);
        Assert.Equal([Target], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Recovery_keeps_the_new_folder_when_the_earlier_one_was_not_yet_deleted()
    {
        Write("new");
        Directory.CreateDirectory(Leftover("previous"));
        AtomicFolder.Recover(Target);
        Assert.Equal("new", Contents());
    }

    [Fact]
    public void Recovery_touches_nothing_while_another_process_writes()
    {
        AtomicFolder.Write(Target, Marker, aside =>
        {
            AtomicFolder.Recover(Target);
            File.WriteAllText(Path.Combine(aside, Marker), "new");
        });
        Assert.Equal("new", Contents());
    }

    [Fact]
    public async Task Recovery_waits_for_the_instant_between_another_process_renames()
    {
        Write("earlier");
        using var held = FileLock.TryTake(Target + ".lock", isDeleted: true);
        var previous = Leftover("previous");
        Directory.Move(Target, previous);
        using var isRunning = new ManualResetEventSlim();
        var other = Task.Run(() =>
        {
            isRunning.Set();
            Thread.Sleep(30);
            Directory.Move(previous, Target);
        });
        isRunning.Wait();
        AtomicFolder.Recover(Target);
        Assert.Equal("earlier", Contents());
        await other;
    }

    [Fact]
    public void A_folder_that_is_replaced_while_it_is_read_is_read_again()
    {
        Write("earlier");
        var reads = 0;
        Assert.Equal("new", AtomicFolder.Read(Target, Marker, () =>
        {
            if (reads++ > 0)
                return Contents();
            Write("new");
            throw new InvalidDataException("parts of two");
        }));
        Assert.Equal(2, reads);
    }

    [Fact]
    public void What_fails_with_the_same_folder_is_not_tried_again()
    {
        Write("damaged");
        var reads = 0;
        Assert.Throws<InvalidDataException>(() => AtomicFolder.Read<string>(Target, Marker, () =>
        {
            reads++;
            throw new InvalidDataException("damaged");
        }));
        Assert.Equal(1, reads);
    }

    [Fact]
    public void Recovery_of_what_is_not_there_does_nothing()
    {
        AtomicFolder.Recover(_folder["none", "model"]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_folder_of_a_similar_name_is_left_alone()
    {
        Directory.CreateDirectory(Target + ".previous-best");
        Write("new");
        AtomicFolder.Recover(Target);
        Assert.True(Directory.Exists(Target + ".previous-best"));
    }

    [FactOnLinux]
    public void A_link_stays_a_link()
    {
        Directory.CreateDirectory(_folder["real"]);
        Directory.CreateSymbolicLink(Target, _folder["real"]);
        Write("new");
        Assert.Equal(("new", true), (File.ReadAllText(_folder["real", Marker]), new DirectoryInfo(Target).LinkTarget is not null));
    }

    public void Dispose() => _folder.Dispose();

    private void Write(string contents) =>
        AtomicFolder.Write(Target, Marker, aside => File.WriteAllText(Path.Combine(aside, Marker), contents));

    private string Contents() => File.ReadAllText(Path.Combine(Target, Marker));

    private string Leftover(string kind) => $"{Target}.{kind}-{Guid.NewGuid():N}";

    private static void FailHalfWay(string aside)
    {
        File.WriteAllText(Path.Combine(aside, Marker), "half");
        throw new FormatException();
    }
}
