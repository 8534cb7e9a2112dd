using System.Net;
using System.Text;
using ForgetDesk.Tests.Support;

namespace ForgetDesk.Tests.Security;

/// <summary>Requests that nobody with good intentions sends.</summary>
[Collection(SharedDesk.Name)]
public sealed class HostileRequestTests(DeskFixture fixture)
{
    [Fact]
    public async Task An_order_of_a_reader_is_forbidden_and_changes_nothing()
    {
        var count = fixture.Running.LedgerCount;
        using var reader = await DeskClient.SignInAsync(fixture.Running, "reader");
        using var answer = await reader.OrderAsync(1, "Disable");
        Assert.Equal("/Denied", answer.Headers.Location!.AbsolutePath);
        Assert.Equal(count, fixture.Running.LedgerCount);
    }

    [Theory]
    [InlineData("/Source/1/Order")]
    [InlineData("/")]
    [InlineData("/Sources")]
    [InlineData("/SignIn")]
    [InlineData("/SignOut")]
    public async Task A_form_without_the_token_of_its_page_is_refused(string path)
    {
        using var officer = await DeskClient.SignInAsync(fixture.Running, "officer");
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("Action", "Disable")]);
        using var answer = await officer.SendAsync(path, form);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("application/json", "{\"Action\":")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nno end")]
    [InlineData("application/x-www-form-urlencoded", "%%%=%00&&&===&a=%FF")]
    [InlineData("text/plain", "Disable")]
    public async Task A_body_that_is_no_form_is_answered_with_400(string type, string body)
    {
        using var officer = await DeskClient.SignInAsync(fixture.Running, "officer");
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await officer.SendAsync("/Source/1/Order", content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        using var officer = await DeskClient.SignInAsync(fixture.Running, "officer");
        using var answer = await officer.PostAsync("/", "/", ("Question", new string('a', 100_000)));
        Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge });
    }

    [Fact]
    public async Task A_question_over_the_context_is_refused_with_a_sentence()
    {
        using var reader = await DeskClient.SignInAsync(fixture.Running, "reader");
        using var answer = await reader.PostAsync("/", "/", ("Question", string.Concat(Enumerable.Repeat("xq ", 120))));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("the model reads at most", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Explode", null)]
    [InlineData("99", null)]
    [InlineData("Erase", "another name")]
    public async Task An_order_that_makes_no_sense_is_answered_with_400_and_changes_nothing(string action, string? confirmation)
    {
        var count = fixture.Running.LedgerCount;
        using var officer = await DeskClient.SignInAsync(fixture.Running, "officer");
        using var answer = await officer.OrderAsync(1, action, confirmation);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(count, fixture.Running.LedgerCount);
    }

    [Fact]
    public async Task What_a_user_types_is_shown_as_text()
    {
        using var reader = await DeskClient.SignInAsync(fixture.Running, "reader");
        using var answer = await reader.PostAsync("/", "/", ("Question", "<script>alert(1)</script>"));
        Assert.DoesNotContain("<script>alert", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/SignIn")]
    [InlineData("/desk.css")]
    [InlineData("/health")]
    [InlineData("/no-such-page")]
    public async Task Every_answer_forbids_scripts_frames_and_sniffing(string path)
    {
        using var client = new DeskClient(fixture.Running);
        using var answer = await client.GetAsync(path);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task A_host_that_is_not_allowed_is_refused()
    {
        using var client = new DeskClient(fixture.Running);
        using var answer = await client.GetAsAsync("evil.example", "/SignIn");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Passwords_cannot_be_tried_without_end()
    {
        await using var strict = await RunningDesk.StartAsync(fixture.Folder, "--Desk:SignInsPerMinute=2");
        using var client = new DeskClient(strict);
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 3; i++)
        {
            using var answer = await client.PostAsync("/SignIn", "/SignIn", ("Name", "officer"), ("Password", "guess"));
            answers.Add(answer.StatusCode);
        }

        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests], answers);
    }

    [Fact]
    public async Task A_user_who_asks_too_often_is_told_to_wait()
    {
        await using var strict = await RunningDesk.StartAsync(fixture.Folder, "--Desk:RequestsPerMinute=5");
        using var client = new DeskClient(strict);
        HttpStatusCode last = default;
        for (var i = 0; i < 6; i++)
        {
            using var answer = await client.GetAsync("/SignIn");
            last = answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, last);
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("https://evil.example/")]
    public async Task Signing_in_leads_to_no_other_site(string returnUrl)
    {
        using var client = new DeskClient(fixture.Running);
        using var answer = await client.PostAsync("/SignIn?returnUrl=" + Uri.EscapeDataString(returnUrl), "/SignIn", ("Name", "reader"), ("Password", RunningDesk.Password));
        Assert.Equal("/", answer.Headers.Location!.OriginalString);
    }
}
