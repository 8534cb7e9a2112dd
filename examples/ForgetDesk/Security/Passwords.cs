using System.Globalization;
using System.Security.Cryptography;

namespace ForgetDesk.Security;

/// <summary>Passwords as PBKDF2-HMAC-SHA256 with a salt each.</summary>
public static class Passwords
{
    private const string Scheme = "pbkdf2-sha256";
    private const int Rounds = 600_000;
    private const int MostRounds = 10_000_000;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;
    private const int MostCharacters = 256;

    // What an unknown name is compared with, so that it takes as long as a known one.
    private static readonly string Nobody = Hash(Random());

    /// <summary>Hashes a password: scheme, rounds, salt and hash, with <c>$</c> between.</summary>
    /// <exception cref="InvalidOperationException">The password is empty or longer than 256 characters.</exception>
    public static string Hash(string password)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (password.Length is 0 or > MostCharacters)
            throw new InvalidOperationException($"A password has 1 to {MostCharacters} characters, but this one has {password.Length}.");
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return string.Create(CultureInfo.InvariantCulture, $"{Scheme}${Rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(Derive(password, salt, Rounds))}");
    }

    /// <summary>Compares a password with what <see cref="Hash"/> gave, or with nobody's when that is null; takes the same time either way.</summary>
    public static bool Verify(string password, string? hash)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (password.Length > MostCharacters)
            return false;
        var (rounds, salt, expected) = Read(hash ?? Nobody);
        return CryptographicOperations.FixedTimeEquals(Derive(password, salt, rounds), expected) && hash is not null;
    }

    /// <summary>Makes a password of 120 random bits.</summary>
    public static string Random() => RandomNumberGenerator.GetString("abcdefghijkmnopqrstuvwxyz23456789", 24);

    /// <exception cref="InvalidOperationException">The text is no such hash.</exception>
    internal static (int Rounds, byte[] Salt, byte[] Hash) Read(string text)
    {
        var parts = text.Split('$');
        var (salt, hash) = (new byte[SaltBytes], new byte[HashBytes]);
        if (parts is [Scheme, var number, var saltText, var hashText]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && rounds is >= 1000 and <= MostRounds
            && Convert.TryFromBase64String(saltText, salt, out var saltLength) && saltLength == SaltBytes
            && Convert.TryFromBase64String(hashText, hash, out var hashLength) && hashLength == HashBytes)
            return (rounds, salt, hash);
        throw new InvalidOperationException("A password's hash is not what 'ForgetDesk hash-password' prints. Hash the password again.");
    }

    private static byte[] Derive(string password, byte[] salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, rounds, HashAlgorithmName.SHA256, HashBytes);
}
