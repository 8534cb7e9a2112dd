using System.Diagnostics;
using Nulls.LedgerCrashes;
using Nulls.Storage;
using Nulls.Tests.Support;
using Nulls.Unlearning;

namespace Nulls.Tests.Unlearning;

public sealed class FileLedgerTests : IDisposable
{
    private readonly TestLedger _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public void Many_that_append_at_once_make_one_chain()
    {
        const int appenders = 6, entriesEach = 15;
        Parallel.For(0, appenders, new ParallelOptions { MaxDegreeOfParallelism = appenders }, n =>
        {
            var ledger = _test.Open();
            for (var i = 0; i < entriesEach; i++)
                ledger.Append(LedgerAction.Disable, [$"{n}-{i}"], TestLedger.Request, TestLedger.ModelDigest);
        });
        Assert.True(LedgerVerification.Of(_test.Path, _test.Key).IsIntact);
        Assert.Equal(appenders * entriesEach, _test.Open().State.LastActions.Count);
    }

    [Fact]
    public void Many_threads_share_one_ledger()
    {
        Parallel.For(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 6 }, n => _test.Ledger.Append(LedgerAction.Disable, [$"{n}"], TestLedger.Request, TestLedger.ModelDigest));
        Assert.Equal(61, _test.Ledger.State.Head.Count);
        Assert.Equal(_test.Ledger.State.Head, LedgerVerification.Of(_test.Path, _test.Key).Head);
    }

    [Fact]
    public void A_lock_that_another_holds_for_long_is_an_error_that_names_it()
    {
        using var held = FileLock.Take(_test.Path + ".lock", TimeSpan.FromSeconds(1));
        var error = Assert.Throws<TimeoutException>(() => FileLock.Take(_test.Path + ".lock", TimeSpan.FromMilliseconds(50)));
        Assert.Contains(_test.Path + ".lock", error.Message);
    }

    [Fact]
    public void A_reader_is_not_held_up_by_an_appender()
    {
        using var held = FileLock.Take(_test.Path + ".lock", TimeSpan.FromSeconds(1));
        Assert.Equal(1, _test.Open().State.Head.Count);
        Assert.False(_test.Ledger.Refresh());
    }

    [Fact]
    public void A_reader_leaves_a_record_alone_that_is_being_written()
    {
        var entry = _test.Append(LedgerAction.Disable, 1);
        var whole = _test.Bytes();
        File.WriteAllBytes(_test.Path, whole[..^30]);
        var reader = _test.Open();
        Assert.False(reader.Refresh());
        Assert.Equal(whole[..^30], _test.Bytes());
        File.WriteAllBytes(_test.Path, whole);
        Assert.True(reader.Refresh());
        Assert.Equal(entry.Head, reader.State.Head);
    }

    [Fact]
    public void A_record_without_its_line_feed_alone_is_kept()
    {
        var entry = _test.Append(LedgerAction.Disable, 1);
        File.WriteAllBytes(_test.Path, _test.Bytes()[..^1]);
        var next = TestLedger.Append(_test.Open(), LedgerAction.Disable, 2);
        Assert.Equal([entry.Hash, next.Hash], _test.Open().ReadEntries().Select(found => found.Hash));
    }

    [FactOnLinux]
    public void A_ledger_that_may_not_be_written_is_an_error_that_says_that_nothing_was_recorded()
    {
        // Even for who may write everything, a folder is no file to write.
        var path = _test.Path + ".lock";
        File.Delete(path);
        Directory.CreateDirectory(path);
        var error = Assert.Throws<UnauthorizedAccessException>(() => _test.Append(LedgerAction.Disable, 1));
        Assert.Contains("Nothing was recorded", error.Message);
        Assert.Contains(_test.Path, error.Message);
        Directory.Delete(path);
        _test.Append(LedgerAction.Disable, 1);
    }

    [FactOnLinux]
    public async Task A_full_disk_is_an_error_loses_nothing_and_is_no_obstacle_once_there_is_room()
    {
        using var folder = new TemporaryFolder();
        using var key = LedgerKey.Create(folder["key"]);
        UnlearningLedger.Create(folder["ledger"], key, _test.Sources, TestLedger.ModelDigest);
        // A limit on the file's size acts as a full disk does in the middle of a record. The runtime must not need files of its own.
        var start = new ProcessStartInfo("bash", ["-c", "trap '' XFSZ; ulimit -f 9; exec \"$0\" exec \"$@\"", DotNetProcess.Host, typeof(CrashCampaign).Assembly.Location, "append", folder["ledger"], folder["key"], "n"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["DOTNET_EnableWriteXorExecute"] = "0" },
        };
        using var process = Process.Start(start)!;
        var heads = (await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 3, $"It ended with {process.ExitCode}: {error}");
        Assert.Contains("Nothing was recorded", error);
        Assert.Contains("no room", error);
        Assert.NotEmpty(heads);
        Assert.Equal(heads, UnlearningLedger.Open(folder["ledger"], key).ReadEntries().Select(entry => entry.Head.ToString()));
        Assert.Equal((byte)'\n', (await File.ReadAllBytesAsync(folder["ledger"]))[^1]);
        TestLedger.Append(UnlearningLedger.Open(folder["ledger"], key), LedgerAction.Disable, 1);
        Assert.True(LedgerVerification.Of(folder["ledger"], key, LedgerHead.Parse(heads[^1])).IsIntact);
    }
}
