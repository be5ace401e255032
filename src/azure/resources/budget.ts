import type { JsonMap } from '../../config/json.ts';
import type { AzureConfig } from '../../config/provisioning.ts';
import { expression, type Resource } from '../arm.ts';

/** Tells people when the month's money is nearly spent, and when it will be. It stops nothing. */
export function budgetOf(
  { amount, contacts }: NonNullable<AzureConfig['budget']>,
  resourceGroup: string,
): Resource {
  const notice = (threshold: number, thresholdType: 'Actual' | 'Forecasted'): JsonMap => ({
    enabled: true,
    operator: 'GreaterThanOrEqualTo',
    threshold,
    thresholdType,
    contactEmails: contacts,
    // Somebody must be told.
    ...(contacts.length === 0 && { contactRoles: ['Owner'] }),
  });
  return {
    type: 'Microsoft.Consumption/budgets',
    apiVersion: '2024-08-01',
    name: `${resourceGroup.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 56)}-budget`,
    properties: {
      category: 'Cost',
      // Azure takes whole amounts.
      amount: Math.ceil(amount),
      timeGrain: 'Monthly',
      timePeriod: { startDate: expression("parameters('budgetStart')") },
      notifications: {
        nearlySpent: notice(80, 'Actual'),
        spent: notice(100, 'Actual'),
        willBeSpent: notice(100, 'Forecasted'),
      },
    },
  };
}
