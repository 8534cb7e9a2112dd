using System.Net;
using ForgetDesk.Tests.Support;

namespace ForgetDesk.Tests.Security;

/// <summary>What is unlearned is shown to nobody who need not see it.</summary>
[Collection(SharedDesk.Name)]
public sealed class LeakTests(DeskFixture fixture)
{
    [Theory]
    [InlineData("/")]
    [InlineData("/Sources")]
    [InlineData("/Source/0")]
    [InlineData("/Ledger")]
    [InlineData("/Figures")]
    [InlineData("/Certificate/Key")]
    public async Task Nothing_but_signing_in_is_open_to_the_world(string path)
    {
        using var client = new DeskClient(fixture.Running);
        using var answer = await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/SignIn", answer.Headers.Location!.AbsolutePath);
    }

    [Fact]
    public async Task A_reader_finds_no_unlearned_source_on_any_page()
    {
        var (source, fact) = fixture.Take();
        var text = fixture.Running.Library.TextOf(source.Key!)!;
        using var officer = await DeskClient.SignInAsync(fixture.Running, "officer");
        using var ordered = await officer.OrderAsync(source.Index, "Disable");
        Assert.Equal(HttpStatusCode.Redirect, ordered.StatusCode);

        using var reader = await DeskClient.SignInAsync(fixture.Running, "reader");
        using var search = await reader.PostAsync("/Sources", "/Sources", ("Text", ""));
        var pages = new List<string> { await search.Content.ReadAsStringAsync(), await reader.AskAsync("At dawn the people feed a pet") };
        foreach (var path in new[] { "/", "/Sources", "/Ledger", "/Figures" }.Concat(fixture.Desk.Find("", isOfficer: false).Take(10).Select(shown => $"/Source/{shown.Index}")))
            pages.Add(await reader.ReadAsync(path));
        Assert.All(pages, page => Assert.DoesNotContain(source.Key!, WebUtility.HtmlDecode(page), StringComparison.Ordinal));
        Assert.All(pages, page => Assert.DoesNotContain(text[..60], WebUtility.HtmlDecode(page), StringComparison.Ordinal));
        Assert.DoesNotContain(fact.Answer + "</strong>", await reader.AskAsync(fact.Question), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_cannot_tell_an_unlearned_source_from_one_that_never_was()
    {
        var (source, _) = fixture.Take();
        using var officer = await DeskClient.SignInAsync(fixture.Running, "officer");
        using var ordered = await officer.OrderAsync(source.Index, "Disable");
        using var reader = await DeskClient.SignInAsync(fixture.Running, "reader");
        using var unlearned = await reader.GetAsync($"/Source/{source.Index}");
        using var unknown = await reader.GetAsync("/Source/123456");
        Assert.Equal(HttpStatusCode.NotFound, unlearned.StatusCode);
        Assert.Equal(WithoutToken(await unknown.Content.ReadAsStringAsync()), WithoutToken(await unlearned.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task An_officer_sees_the_name_of_an_unlearned_source_but_not_its_text()
    {
        var (source, _) = fixture.Take();
        var text = fixture.Running.Library.TextOf(source.Key!)!;
        using var officer = await DeskClient.SignInAsync(fixture.Running, "officer");
        using var ordered = await officer.OrderAsync(source.Index, "Disable");
        var page = WebUtility.HtmlDecode(await officer.ReadAsync($"/Source/{source.Index}"));
        Assert.Contains(source.Key!, page, StringComparison.Ordinal);
        Assert.DoesNotContain(text[..60], page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_file_of_the_desk_holds_the_name_of_an_erased_source()
    {
        var (source, _) = fixture.Take();
        using var officer = await DeskClient.SignInAsync(fixture.Running, "officer");
        using var ordered = await officer.OrderAsync(source.Index, "Erase", source.Key);
        Assert.Equal(HttpStatusCode.Redirect, ordered.StatusCode);
        var files = Directory.GetFiles(fixture.Folder, "*", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        Assert.All(files, path => Assert.False(File.ReadAllBytes(path).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(source.Key!)) >= 0, path));
    }

    [Fact]
    public async Task Another_instance_obeys_an_order_within_a_second_and_after_a_restart()
    {
        var (source, fact) = fixture.Take();
        await using var other = await RunningDesk.StartAsync(fixture.Folder);
        await other.UntilOpenAsync();
        Assert.True(DeskFixture.Says((await other.AskAsync(fact.Question, source.Key)).WithSinks, fact));
        using var officer = await DeskClient.SignInAsync(fixture.Running, "officer");
        using var ordered = await officer.OrderAsync(source.Index, "Disable");
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.False(DeskFixture.Says((await other.AskAsync(fact.Question, source.Key)).WithSinks, fact));
        await using var restarted = await RunningDesk.StartAsync(fixture.Folder);
        await restarted.UntilOpenAsync();
        Assert.False(DeskFixture.Says((await restarted.AskAsync(fact.Question, source.Key)).WithSinks, fact));
    }

    // Every page has a token of its own.
    private static string WithoutToken(string page) => System.Text.RegularExpressions.Regex.Replace(page, "value=\"[^\"]{80,}\"", "");
}
