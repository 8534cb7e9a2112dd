namespace ForgetDesk.Security;

/// <summary>What a user may do.</summary>
public enum DeskRole
{
    /// <summary>Asks, and sees what is in use, the ledger and the figures.</summary>
    Reader,

    /// <summary>Unlearns, restores and erases, too, and so sees what is unlearned.</summary>
    Officer,
}
