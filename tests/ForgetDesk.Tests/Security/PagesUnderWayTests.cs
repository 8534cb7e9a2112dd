using System.Net.Sockets;
using System.Text;
using ForgetDesk.Tests.Support;
using Nulls.Unlearning;

namespace ForgetDesk.Tests.Security;

/// <summary>An answer that was computed before an order is acknowledged does not leave after it.</summary>
[Collection(SharedDesk.Name)]
public sealed class PagesUnderWayTests(DeskFixture fixture)
{
    private const int ClientCount = 24;
    private const int RoundCount = 4;

    [FactOnLinux]
    public async Task No_answer_of_a_source_leaves_the_desk_after_its_unlearning_is_acknowledged()
    {
        var (source, fact) = fixture.Take();
        using var reader = await DeskClient.SignInAsync(fixture.Running, "reader");
        using var officer = await DeskClient.SignInAsync(fixture.Running, "officer");
        var ask = await reader.AsBytesAsync("/", "/", ("Question", fact.Question), ("Source", source.Key!));
        var said = Encoding.UTF8.GetBytes($"<strong>{fact.Answer}");
        var (answered, underWay) = (0, 0);
        for (var round = 0; round < RoundCount; round++)
        {
            var order = await officer.AsBytesAsync($"/Source/{source.Index}/Order", "/", ("Action", "Disable"), ("Reason", "objection"), ("LegalBasis", "GDPR Art. 21"));
            var clients = new Socket[ClientCount];
            for (var i = 0; i < clients.Length; i++)
                clients[i] = await SendAsync(ask);

            // Some are answered by then, some are being answered, and some wait.
            var first = new byte[1];
            await clients[round].ReceiveAsync(first, SocketFlags.Peek);
            underWay += clients.Count(client => client.Available == 0);
            using var acknowledgement = await SendAsync(order);
            await acknowledgement.ReceiveAsync(first, SocketFlags.Peek);

            // On the loopback, what is sent has arrived: what has not by now leaves after the acknowledgement.
            var arrived = Array.ConvertAll(clients, client => client.Available);
            Assert.StartsWith("HTTP/1.1 302", Encoding.ASCII.GetString(await ReadAsync(acknowledgement)), StringComparison.Ordinal);
            for (var i = 0; i < clients.Length; i++)
            {
                var page = await ReadAsync(clients[i]);
                var at = page.AsSpan().IndexOf(said);
                answered += at >= 0 ? 1 : 0;
                Assert.True(at < 0 || page.Length == arrived[i], $"Client {i} of round {round} had {arrived[i]} bytes when the order was acknowledged, and {page.Length} with the answer in the end.");
                clients[i].Dispose();
            }

            await fixture.Running.OrderAsync(LedgerAction.Restore, source.Index);
        }

        // Else nothing was tried.
        Assert.True(answered > 0 && underWay > 0, $"{answered} pages had the answer, and {underWay} were under way when the order was given.");
    }

    [Fact]
    public async Task An_order_is_acknowledged_in_time_though_a_client_does_not_read()
    {
        using var reader = await DeskClient.SignInAsync(fixture.Running, "reader");
        var page = reader.AsBytes("/Sources");
        using var idle = await SendAsync([.. Enumerable.Repeat(page, 1000).SelectMany(bytes => bytes)], receiveBuffer: 4096);
        await Task.Delay(TimeSpan.FromSeconds(1));
        var started = TimeProvider.System.GetTimestamp();
        await fixture.Running.OrderAsync(LedgerAction.Disable, fixture.Take().Source.Index);
        // Long enough to show that a page could not leave, and not as long as the client pleases.
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromSeconds(2.9), TimeSpan.FromSeconds(10));
    }

    private async Task<Socket> SendAsync(byte[] request, int receiveBuffer = 1 << 16)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = receiveBuffer };
        await socket.ConnectAsync(fixture.Running.Address.Host, fixture.Running.Address.Port);
        // More than fits waits for a server that reads no more.
        _ = socket.SendAsync(request);
        return socket;
    }

    private static async Task<byte[]> ReadAsync(Socket socket)
    {
        var all = new MemoryStream();
        var chunk = new byte[1 << 16];
        int count;
        while ((count = await socket.ReceiveAsync(chunk)) > 0)
            all.Write(chunk, 0, count);
        return all.ToArray();
    }
}
