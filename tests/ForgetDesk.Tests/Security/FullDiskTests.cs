using System.Net;
using System.Text;
using ForgetDesk.Tests.Support;
using Nulls.MLNet.Hosting;
using Nulls.Unlearning;

namespace ForgetDesk.Tests.Security;

/// <summary>A full disk behind the desk: a clear page, answers go on, and nothing that was acknowledged is lost.</summary>
[Collection(SharedDesk.Name)]
public sealed class FullDiskTests(DeskFixture fixture)
{
    [FactOnLinux]
    public async Task A_ledger_without_room_records_nothing_and_says_so()
    {
        var (source, fact) = fixture.Take();
        using var officer = await DeskClient.SignInAsync(fixture.Running, "officer");
        var count = fixture.Running.LedgerCount;
        using (Room(20))
        {
            using var answer = await officer.OrderAsync(source.Index, "Disable");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
            Assert.Contains("Nothing was recorded in the ledger", page, StringComparison.Ordinal);
            Assert.Contains("there is no room", page, StringComparison.Ordinal);
            Assert.Contains($"<strong>{fact.Answer}", await officer.AskAsync(fact.Question), StringComparison.Ordinal);
            Assert.Contains("Verified:", await officer.ReadAsync("/Ledger"), StringComparison.Ordinal);
        }

        Assert.Equal(count, fixture.Running.LedgerCount);
        using var again = await officer.OrderAsync(source.Index, "Disable");
        Assert.Equal(HttpStatusCode.Redirect, again.StatusCode);
        Assert.Equal(count + 1, fixture.Running.LedgerCount);
    }

    [FactOnLinux]
    public async Task A_model_without_room_is_erased_in_what_answers_and_on_the_disk_at_the_next_start()
    {
        var (source, fact) = fixture.Take();
        var folder = fixture.CopyFolder();
        try
        {
            await using (var desk = await RunningDesk.StartAsync(folder))
            {
                await desk.UntilOpenAsync();
                using var officer = await DeskClient.SignInAsync(desk, "officer");
                using (Room(30_000, folder))
                {
                    using var ordered = await officer.OrderAsync(source.Index, "Erase", source.Key);
                    Assert.Equal(HttpStatusCode.Redirect, ordered.StatusCode);
                    var page = WebUtility.HtmlDecode(await officer.ReadAsync($"/Source/{source.Index}"));
                    Assert.Contains("The model on the disk could not be written, and still holds it.", page, StringComparison.Ordinal);
                    Assert.Contains("still holds it", WebUtility.HtmlDecode(await officer.ReadAsync("/Figures")), StringComparison.Ordinal);
                    Assert.DoesNotContain($"<strong>{fact.Answer}", await officer.AskAsync(fact.Question), StringComparison.Ordinal);
                    Assert.True(IsHeld(folder, source.Key!));
                }
            }

            await using var restarted = await RunningDesk.StartAsync(folder);
            await restarted.UntilOpenAsync();
            Assert.False(IsHeld(folder, source.Key!));
            Assert.Equal(SourceStatus.Erased, restarted.Desk.Get(source.Index, isOfficer: true)!.Status);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_written_is_told_and_the_order_holds()
    {
        var (source, fact) = fixture.Take();
        var folder = fixture.CopyFolder();
        try
        {
            var certificates = Path.Combine(folder, "certificates");
            if (Directory.Exists(certificates))
                Directory.Delete(certificates, recursive: true);
            await File.WriteAllTextAsync(certificates, "no folder");
            await using var desk = await RunningDesk.StartAsync(folder);
            await desk.UntilOpenAsync();
            using var officer = await DeskClient.SignInAsync(desk, "officer");
            using var ordered = await officer.OrderAsync(source.Index, "Disable");
            Assert.Equal(HttpStatusCode.Redirect, ordered.StatusCode);
            Assert.Contains("Its certificate could not be written", await officer.ReadAsync($"/Source/{source.Index}"), StringComparison.Ordinal);
            Assert.DoesNotContain($"<strong>{fact.Answer}", await officer.AskAsync(fact.Question), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [FactOnLinux]
    public async Task An_erasure_of_one_source_leaves_another_that_is_only_unlearned_to_be_restored_after_a_restart()
    {
        var ((unlearned, fact), (erased, _)) = (fixture.Take(), fixture.Take());
        await fixture.Running.OrderAsync(LedgerAction.Disable, unlearned.Index);
        await fixture.Running.OrderAsync(LedgerAction.Erase, erased.Index);
        var folder = fixture.CopyFolder();
        try
        {
            await using var restarted = await RunningDesk.StartAsync(folder);
            await restarted.UntilOpenAsync();
            Assert.False(DeskFixture.Says((await restarted.AskAsync(fact.Question, unlearned.Key)).WithSinks, fact));
            await restarted.OrderAsync(LedgerAction.Restore, unlearned.Index);
            Assert.True(DeskFixture.Says((await restarted.AskAsync(fact.Question)).WithSinks, fact));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // No file grows beyond the ledger and this much more.
    private FileSizeLimit Room(int bytes, string? folder = null) => new(new FileInfo(Path.Combine(folder ?? fixture.Folder, "ledger.jsonl")).Length + bytes);

    private static bool IsHeld(string folder, string key) =>
        Directory.GetFiles(Path.Combine(folder, "model")).Any(path => File.ReadAllBytes(path).AsSpan().IndexOf(Encoding.UTF8.GetBytes(key)) >= 0);
}
