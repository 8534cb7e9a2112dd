namespace ForgetDesk;

/// <summary>What the one who runs the desk may choose: the section <c>Desk</c> of the configuration, or environment variables such as <c>Desk__Size</c>.</summary>
public sealed class DeskOptions
{
    /// <summary>Gets or sets the folder of model, ledger, certificates and keys. The default is <c>nulls-forget-desk</c> among the user's application data.</summary>
    public string Folder { get; set; } =
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "nulls-forget-desk");

    /// <summary>Gets or sets the folder of the secrets: the ledger's key, the key that signs certificates, that of cookies. The default is <c>keys</c> in <see cref="Folder"/>; in earnest, keep it elsewhere.</summary>
    public string? KeyFolder { get; set; }

    /// <summary>Gets or sets how much is trained at the first start. The default is <see cref="DeskSize.Default"/>.</summary>
    public DeskSize Size { get; set; } = DeskSize.Default;

    /// <summary>Gets or sets what the encyclopedia and the training are drawn by. The default is 1.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>Gets or sets who may sign in. Without any, a start in development makes a reader and an officer, and prints their passwords once.</summary>
    public IList<DeskUser> Users { get; set; } = [];

    /// <summary>Gets or sets the requests a minute of one user, or of one address that is not signed in. The default is 240.</summary>
    public int RequestsPerMinute { get; set; } = 240;

    /// <summary>Gets or sets the attempts to sign in a minute, of one address. The default is 10.</summary>
    public int SignInsPerMinute { get; set; } = 10;

    internal string ModelFolder => Path.Combine(Folder, "model");

    internal string LedgerPath => Path.Combine(Folder, "ledger.jsonl");

    internal string CertificateFolder => Path.Combine(Folder, "certificates");

    internal string UsersPath => Path.Combine(Keys, "users.json");

    internal string Keys => KeyFolder ?? Path.Combine(Folder, "keys");

    internal string LedgerKeyPath => Path.Combine(Keys, "ledger.key");

    internal string SigningKeyPath => Path.Combine(Keys, "certificate.pem");
}
