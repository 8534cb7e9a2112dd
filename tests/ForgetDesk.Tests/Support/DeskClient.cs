using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace ForgetDesk.Tests.Support;

/// <summary>A client of the desk without a browser: keeps cookies and sends forms.</summary>
internal sealed partial class DeskClient : IDisposable
{
    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _http;

    public DeskClient(RunningDesk desk) =>
        _http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = _cookies }) { BaseAddress = desk.Address };

    public static async Task<DeskClient> SignInAsync(RunningDesk desk, string name)
    {
        var client = new DeskClient(desk);
        using var answer = await client.PostAsync("/SignIn", "/SignIn", ("Name", name), ("Password", RunningDesk.Password));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return client;
    }

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(new Uri(path, UriKind.Relative));

    /// <summary>Asks for the address by another name than its own.</summary>
    public async Task<HttpResponseMessage> GetAsAsync(string host, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Host = host;
        return await _http.SendAsync(request);
    }

    public Task<string> ReadAsync(string path) => _http.GetStringAsync(new Uri(path, UriKind.Relative));

    public Task<byte[]> ReadBytesAsync(string path) => _http.GetByteArrayAsync(new Uri(path, UriKind.Relative));

    public Task<HttpResponseMessage> SendAsync(string path, HttpContent body) => _http.PostAsync(new Uri(path, UriKind.Relative), body);

    /// <summary>Sends a form with the token of a page.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, string page, params (string Name, string Value)[] fields)
    {
        using var form = await FormAsync(page, fields);
        return await SendAsync(path, form);
    }

    /// <summary>Gives the bytes of a request for a page, for who sends them by himself.</summary>
    public byte[] AsBytes(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\n{Headers}\r\n");

    /// <summary>Gives the bytes of a request with a form, after which the server closes the connection.</summary>
    public async Task<byte[]> AsBytesAsync(string path, string page, params (string Name, string Value)[] fields)
    {
        using var form = await FormAsync(page, fields);
        var body = await form.ReadAsByteArrayAsync();
        return [.. Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\n{Headers}Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];
    }

    public async Task<string> AskAsync(string question)
    {
        using var answer = await PostAsync("/", "/", ("Question", question));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
    }

    public Task<HttpResponseMessage> OrderAsync(int index, string action, string? confirmation = null) =>
        PostAsync($"/Source/{index}/Order", "/", ("Action", action), ("Reason", "consent-withdrawn"), ("LegalBasis", "GDPR Art. 17(1)(b)"), ("Confirmation", confirmation ?? ""));

    public void Dispose() => _http.Dispose();

    private string Headers => $"Host: {_http.BaseAddress!.Authority}\r\nCookie: {_cookies.GetCookieHeader(_http.BaseAddress)}\r\n"; // The constructor gives it.

    private async Task<FormUrlEncodedContent> FormAsync(string page, (string Name, string Value)[] fields)
    {
        var token = Token().Match(await ReadAsync(page)).Groups[1].Value;
        return new FormUrlEncodedContent([.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)), KeyValuePair.Create("__RequestVerificationToken", token)]);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
