using System.Text.Json;
using System.Text.Json.Serialization;
using ForgetDesk.Model;

namespace ForgetDesk.Security;

/// <summary>Who may sign in: those of the configuration, or those that the first start in development made.</summary>
public sealed class UserDirectory
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };
    private readonly Dictionary<string, DeskUser> _users;

    private UserDirectory(IEnumerable<DeskUser> users) => _users = users.ToDictionary(user => user.Name, StringComparer.Ordinal);

    /// <summary>Reads the users, or makes a reader and an officer where there are none.</summary>
    /// <param name="options">The desk's options.</param>
    /// <param name="mayMake">Whether users may be made.</param>
    /// <param name="tell">Told the name and the password of each user that is made.</param>
    /// <exception cref="InvalidOperationException">There are no users and none may be made, or one breaks a rule.</exception>
    public static UserDirectory Open(DeskOptions options, bool mayMake, Action<string, string> tell)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(tell);
        DeskUser[] users = options.Users.Count > 0 ? [.. options.Users] : Saved(options.UsersPath);
        if (users.Length == 0)
            users = mayMake ? Make(options, tell) : throw new InvalidOperationException("Nobody may sign in: name users by Desk__Users__0__Name, Desk__Users__0__Role (Reader or Officer) and Desk__Users__0__PasswordHash, which 'ForgetDesk hash-password' prints. Or start in development, which makes some.");

        foreach (var user in users)
        {
            if (string.IsNullOrWhiteSpace(user.Name) || user.Name.Length > 64 || !Enum.IsDefined(user.Role))
                throw new InvalidOperationException($"A user has a name of 1 to 64 characters and the role Reader or Officer, but '{user.Name}' has not.");
            Passwords.Read(user.PasswordHash);
        }

        return users.DistinctBy(user => user.Name).Count() == users.Length ? new UserDirectory(users)
            : throw new InvalidOperationException("Two users have the same name. Give each a name of its own.");
    }

    /// <summary>Gives the user of this name and password; null when there is none.</summary>
    public DeskUser? Find(string name, string password)
    {
        var user = _users.GetValueOrDefault(name);
        return Passwords.Verify(password, user?.PasswordHash) ? user : null;
    }

    private static DeskUser[] Saved(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize<DeskUser[]>(File.ReadAllText(path), Json) ?? [] : [];

    private static DeskUser[] Make(DeskOptions options, Action<string, string> tell)
    {
        OwnedFolder.Create(options.Keys);
        var made = Enum.GetValues<DeskRole>().Select(role => (Role: role, Name: role.ToString().ToLowerInvariant(), Password: Passwords.Random())).ToArray();
        DeskUser[] users = [.. made.Select(user => new DeskUser { Name = user.Name, Role = user.Role, PasswordHash = Passwords.Hash(user.Password) })];
        File.WriteAllText(options.UsersPath, JsonSerializer.Serialize(users, Json));
        foreach (var user in made)
            tell(user.Name, user.Password);
        return users;
    }
}
