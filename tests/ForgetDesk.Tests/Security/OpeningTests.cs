using ForgetDesk.Security;
using ForgetDesk.Tests.Support;

namespace ForgetDesk.Tests.Security;

/// <summary>What the desk does when something that it needs was lost.</summary>
public sealed class OpeningTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nulls-desk-").FullName;

    [Fact]
    public async Task A_desk_whose_ledger_was_lost_does_not_open_as_if_nothing_had_been_ordered()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "model"));
        Assert.Contains($"There is no ledger '{Path.Combine(_folder, "ledger.jsonl")}'. If it is lost, restore it", await FailureAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_desk_whose_key_was_lost_names_the_file()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "ledger.jsonl"), "");
        Assert.Contains("ledger.key", await FailureAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_users_a_start_in_production_is_an_error_that_says_how_to_name_some() =>
        Assert.Contains("Desk__Users__0__PasswordHash",
            Assert.Throws<InvalidOperationException>(() => UserDirectory.Open(new DeskOptions { Folder = _folder }, mayMake: false, (_, _) => { })).Message, StringComparison.Ordinal);

    [Fact]
    public void A_first_start_in_development_makes_users_who_are_there_at_the_second()
    {
        var options = new DeskOptions { Folder = _folder };
        var made = new Dictionary<string, string>();
        UserDirectory.Open(options, mayMake: true, made.Add);
        var directory = UserDirectory.Open(options, mayMake: true, (_, _) => Assert.Fail("Users were made again."));
        Assert.Equal(DeskRole.Officer, directory.Find("officer", made["officer"])!.Role);
    }

    [Fact]
    public void A_password_is_compared_with_its_hash_alone()
    {
        var hash = Passwords.Hash("a");
        Assert.Equal([true, false, false], [Passwords.Verify("a", hash), Passwords.Verify("b", hash), Passwords.Verify("a", null)]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string> FailureAsync()
    {
        await using var desk = await RunningDesk.StartAsync(_folder);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (desk.Opening.Failure is null)
            await Task.Delay(20, limit.Token);
        return desk.Opening.Failure;
    }
}
