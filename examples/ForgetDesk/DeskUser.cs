using ForgetDesk.Security;

namespace ForgetDesk;

/// <summary>Someone who may sign in.</summary>
public sealed class DeskUser
{
    /// <summary>Gets or sets the name, which stands in the ledger beside what the user orders: a pseudonym or a role.</summary>
    public string Name { get; set; } = "";

    /// <summary>Gets or sets what the user may do. The default is <see cref="DeskRole.Reader"/>.</summary>
    public DeskRole Role { get; set; }

    /// <summary>Gets or sets what <c>ForgetDesk hash-password</c> prints.</summary>
    public string PasswordHash { get; set; } = "";
}
