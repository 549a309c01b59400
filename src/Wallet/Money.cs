using System.Globalization;
using Microsoft.Extensions.Options;

namespace Madang.Wallet;

/// <summary>Amounts as people read them: minor units of the wallet's currency, in the language of the request.</summary>
/// <param name="options">Names the currency.</param>
public sealed class Money(IOptions<WalletOptions> options)
{
    // ISO 4217: currencies whose minor unit is not a hundredth.
    private static readonly HashSet<string> Whole = ["KRW", "JPY", "VND", "CLP", "ISK", "UGX", "XAF", "XOF", "XPF"];

    private readonly string _currency = options.Value.Currency;

    /// <summary>How many decimals the currency has.</summary>
    public int Decimals => Whole.Contains(_currency) ? 0 : 2;

    /// <summary><c>30,000원</c>, <c>₩30,000</c>, or with the currency's code.</summary>
    /// <param name="amount">In minor units.</param>
    public string Text(long amount)
    {
        var number = Number(amount);
        return (_currency, CultureInfo.CurrentUICulture.TwoLetterISOLanguageName) switch
        {
            ("KRW", "ko") => $"{number}원",
            ("KRW", _) => number.StartsWith('−') ? $"−₩{number[1..]}" : $"₩{number}",
            _ => $"{number} {_currency}",
        };
    }

    /// <summary>As <see cref="Text"/>, always with a sign.</summary>
    /// <param name="amount">In minor units.</param>
    public string Change(long amount) => amount > 0 ? $"+{Text(amount)}" : Text(amount);

    /// <summary>The bare number, with separators of thousands.</summary>
    /// <param name="amount">In minor units.</param>
    public string Number(long amount)
    {
        var value = Math.Abs((decimal)amount) / (decimal)Math.Pow(10, Decimals);
        return (amount < 0 ? "−" : "") + value.ToString($"N{Decimals}", CultureInfo.CurrentCulture);
    }

    /// <summary>Reads an amount: as it stands in a form's value, or as people type it, with separators and in major units.</summary>
    /// <param name="text">What was sent.</param>
    /// <param name="typed">True: a person typed it; false: the bare minor units of a form's value.</param>
    /// <param name="amount">In minor units.</param>
    public bool TryRead(string? text, bool typed, out long amount)
    {
        amount = 0;
        if (!typed)
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out amount);
        var plain = text?.Trim().Replace('−', '-').TrimEnd('원').TrimStart('₩').Trim();
        if (!decimal.TryParse(plain, NumberStyles.AllowLeadingSign | NumberStyles.AllowThousands | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            return false;
        value *= (decimal)Math.Pow(10, Decimals);
        if (value != decimal.Truncate(value) || value is < -Domain.Ledger.MostAmount or > Domain.Ledger.MostAmount)
            return false;
        amount = (long)value;
        return true;
    }
}
