using System.Security.Cryptography;
using ForgetDesk.Tests.Support;
using Microsoft.Playwright;
using Nulls.Certificates;
using Nulls.Unlearning;

namespace ForgetDesk.Tests.Pages;

/// <summary>What people do with the desk, in a real browser without scripts.</summary>
[Collection(SharedDesk.Name)]
public sealed class JourneyTests(DeskFixture fixture)
{
    [FactNeedingChromium]
    public async Task A_reader_asks_and_is_offered_no_order()
    {
        var (source, fact) = fixture.Take();
        var page = await SignedInAsync("reader");
        await page.GetByLabel("Beginning of a sentence").FillAsync(fact.Question);
        await page.GetByRole(AriaRole.Button, new() { Name = "Ask", Exact = true }).ClickAsync();
        await fixture.ShootAsync(page, "reader-ask");
        Assert.StartsWith(fact.Answer, await page.Locator(".answer.on strong").InnerTextAsync(), StringComparison.Ordinal);
        await page.GotoAsync($"/Source/{source.Index}");
        await fixture.ShootAsync(page, "reader-source");
        Assert.Equal(0, await page.GetByRole(AriaRole.Button, new() { Name = "Unlearn" }).CountAsync());
    }

    [FactNeedingChromium]
    public async Task An_officer_unlearns_restores_and_erases_a_source_and_takes_its_certificate_away()
    {
        var (source, fact) = fixture.Take();
        var page = await SignedInAsync("officer");
        Assert.True(await AnswersAsync(page, fact.Question, fact.Answer, "officer-before"));

        await page.GetByRole(AriaRole.Link, new() { Name = "Sources", Exact = true }).ClickAsync();
        await page.GetByLabel("Name or part of it").FillAsync(source.Key!);
        await page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await fixture.ShootAsync(page, "officer-search");
        await page.GetByRole(AriaRole.Link, new() { Name = source.Key }).ClickAsync();
        await fixture.ShootAsync(page, "officer-source");
        await page.GetByRole(AriaRole.Button, new() { Name = "Unlearn" }).ClickAsync();
        await Says(page, "Unlearned:");
        await fixture.ShootAsync(page, "officer-unlearned");
        Assert.False(await AnswersAsync(page, fact.Question, fact.Answer, "officer-after"));

        await page.GotoAsync($"/Source/{source.Index}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Restore" }).ClickAsync();
        await Says(page, "Restored:");
        Assert.True(await AnswersAsync(page, fact.Question, fact.Answer, "officer-restored"));

        await page.GotoAsync($"/Source/{source.Index}");
        await page.GetByLabel("Type the name of the source").FillAsync("another name");
        await page.GetByRole(AriaRole.Button, new() { Name = "Erase" }).ClickAsync();
        Assert.Contains("type its name exactly", await page.GetByRole(AriaRole.Alert).InnerTextAsync(), StringComparison.Ordinal);
        await fixture.ShootAsync(page, "officer-refused");
        await page.GetByRole(AriaRole.Link, new() { Name = "Back to the source" }).ClickAsync();
        await page.GetByLabel("Type the name of the source").FillAsync(source.Key!);
        await page.GetByRole(AriaRole.Button, new() { Name = "Erase" }).ClickAsync();
        await Says(page, "Erased:");
        await fixture.ShootAsync(page, "officer-erased");
        Assert.False(await AnswersAsync(page, fact.Question, fact.Answer, "officer-gone"));

        await page.GetByRole(AriaRole.Link, new() { Name = "Ledger" }).ClickAsync();
        await Says(page, "Verified:");
        await fixture.ShootAsync(page, "officer-ledger");
        Assert.DoesNotContain(source.Key!, await page.ContentAsync(), StringComparison.Ordinal);

        var certificate = await DownloadAsync(page, page.GetByRole(AriaRole.Link, new() { Name = "JSON" }).First);
        using var key = ECDsa.Create();
        key.ImportFromPem(System.Text.Encoding.ASCII.GetString(await DownloadAsync(page, page.GetByRole(AriaRole.Link, new() { Name = "Public key" }))));
        Assert.True(UnlearningCertificate.Parse(certificate).Verify(key).IsSound);
        await page.GetByRole(AriaRole.Link, new() { Name = "Page" }).First.ClickAsync();
        await fixture.ShootAsync(page, "officer-certificate");
        Assert.Contains("Certificate of unlearning", await page.TitleAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(source.Key!, await page.ContentAsync(), StringComparison.Ordinal);

        await page.GotoAsync("/Ledger");
        await page.GetByRole(AriaRole.Link, new() { Name = "Check" }).First.ClickAsync();
        await fixture.ShootAsync(page, "officer-check");
        await page.GetByRole(AriaRole.Button, new() { Name = "Read the model's files" }).ClickAsync();
        await Says(page, "Sound:");
        await fixture.ShootAsync(page, "officer-checked");
        Assert.DoesNotContain(source.Key!, await page.ContentAsync(), StringComparison.Ordinal);

        await page.GotoAsync("/Figures");
        await Says(page, "Healthy:");
        await fixture.ShootAsync(page, "officer-figures");
    }

    [FactNeedingChromium]
    public async Task The_pages_ask_nothing_of_another_server()
    {
        var page = await SignedInAsync("reader");
        var asked = new List<string>();
        page.Request += (_, request) => asked.Add(request.Url);
        foreach (var path in new[] { "/", "/Sources", "/Ledger", "/Figures" })
            await page.GotoAsync(path);
        Assert.All(asked, url => Assert.StartsWith(fixture.Running.Address.ToString(), url, StringComparison.Ordinal));
    }

    [FactNeedingChromium]
    public async Task A_narrow_dark_screen_scrolls_in_one_direction_alone()
    {
        var page = await SignedInAsync("officer", ColorScheme.Dark, width: 360);
        var index = fixture.Take().Source.Index;
        var entry = await fixture.Running.OrderAsync(LedgerAction.Disable, index);
        foreach (var (path, name) in new[] { ("/", "narrow-ask"), ("/Sources", "narrow-sources"), ($"/Source/{index}", "narrow-source"), ("/Ledger", "narrow-ledger"), ($"/Certificate/{entry.Id}/Check", "narrow-check"), ("/Figures", "narrow-figures") })
        {
            await page.GotoAsync(path);
            Assert.Equal(360, await fixture.ShootAsync(page, name));
        }
    }

    [FactNeedingChromium]
    public async Task A_source_is_found_and_unlearned_by_the_keyboard_alone()
    {
        var (source, _) = fixture.Take();
        var page = await SignedInAsync("officer");
        async Task EnterAsync(string heading)
        {
            await page.Keyboard.PressAsync("Enter");
            await page.GetByText(heading).First.WaitForAsync();
        }

        await TabToAsync(page, "Sources");
        await EnterAsync("Each article is a source");
        await TabToAsync(page, "Text");
        await page.Keyboard.TypeAsync(source.Key!);
        await EnterAsync("1 source");
        await TabToAsync(page, source.Key!);
        await EnterAsync("What erasing would take from others");
        await TabToAsync(page, "Unlearn");
        await EnterAsync("Unlearned:");
    }

    [FactNeedingChromium]
    public async Task The_first_stop_of_the_keyboard_leads_past_the_navigation()
    {
        var page = await SignedInAsync("reader");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        Assert.EndsWith("#main", page.Url, StringComparison.Ordinal);
    }

    private async Task<IPage> SignedInAsync(string name, ColorScheme scheme = ColorScheme.Light, int width = 1200)
    {
        var page = await fixture.PageAsync(scheme, width);
        await page.GotoAsync("/");
        if (width == 1200)
            await fixture.ShootAsync(page, "sign-in");
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("Password").FillAsync(RunningDesk.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Ask" }).WaitForAsync();
        return page;
    }

    private async Task<bool> AnswersAsync(IPage page, string question, string answer, string screenshot)
    {
        await page.GotoAsync("/");
        await page.GetByLabel("Beginning of a sentence").FillAsync(question);
        await page.GetByRole(AriaRole.Button, new() { Name = "Ask", Exact = true }).ClickAsync();
        await fixture.ShootAsync(page, screenshot);
        return (await page.Locator(".answer.on strong").InnerTextAsync()).StartsWith(answer, StringComparison.Ordinal);
    }

    private static async Task Says(IPage page, string text) =>
        Assert.Contains(text, string.Join(' ', await page.Locator(".note.good").AllInnerTextsAsync()), StringComparison.Ordinal);

    // By the words on it, or its id where it is a field.
    private static async Task TabToAsync(IPage page, string name)
    {
        var focused = page.Locator("*:focus");
        for (var stop = 0; stop < 60; stop++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await focused.CountAsync() == 1 && (await focused.GetAttributeAsync("id") == name || (await focused.InnerTextAsync()).Trim() == name))
                return;
        }

        Assert.Fail($"No stop of the keyboard is at '{name}'.");
    }

    private static async Task<byte[]> DownloadAsync(IPage page, ILocator link)
    {
        var download = await page.RunAndWaitForDownloadAsync(() => link.ClickAsync());
        return await File.ReadAllBytesAsync(await download.PathAsync());
    }
}
