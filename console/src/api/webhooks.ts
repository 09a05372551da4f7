import {
  keepPreviousData,
  type QueryKey,
  useQuery,
  type UseQueryResult,
} from '@tanstack/react-query';
import { api, bodyOf, type Schemas } from './client.js';

export type Webhook = Schemas['WebhookAnswer'];
export type WebhookWithSecret = Schemas['WebhookSecretAnswer'];
export type Delivery = Schemas['WebhookDeliveryAnswer'];
export type DeliveryDetail = Schemas['WebhookDeliveryDetail'];
export type DeliveryTry = Schemas['WebhookTryAnswer'];

/** The keys of what is cached of webhooks. */
export const webhookKeys = {
  all: ['webhooks'],
  list: ['webhooks', 'list'],
  one: (id: string): QueryKey => ['webhooks', 'one', id],
  /** All reads of the deliveries of one. */
  deliveries: (id: string): QueryKey => ['webhooks', 'deliveries', id],
};

const MINUTE_MS = 60_000;

export function useWebhook(id: string): UseQueryResult<Webhook> {
  return useQuery({
    queryKey: webhookKeys.one(id),
    queryFn: () => bodyOf(api.GET('/api/webhooks/{id}', { params: { path: { id } } })),
  });
}

/** The delivery of the newest event; null where there is none. */
export function useNewestDelivery(id: string): UseQueryResult<Delivery | null> {
  const params = { path: { id }, query: { pageSize: 1 } };
  return useQuery({
    queryKey: [...webhookKeys.deliveries(id), 'newest'],
    queryFn: async () => {
      const page = await bodyOf(api.GET('/api/webhooks/{id}/deliveries', { params }));
      return page.items[0] ?? null;
    },
    // A delivery leaves no event.
    refetchInterval: MINUTE_MS,
  });
}

/** A delivery with what is sent and its tries, read anew where the list shows a change. */
export function useDelivery({
  id,
  endpointId,
  updatedAt,
}: Pick<Delivery, 'id' | 'endpointId' | 'updatedAt'>): UseQueryResult<DeliveryDetail> {
  const params = { path: { id: endpointId, deliveryId: id } };
  return useQuery({
    queryKey: [...webhookKeys.deliveries(endpointId), 'one', id, updatedAt],
    queryFn: () => bodyOf(api.GET('/api/webhooks/{id}/deliveries/{deliveryId}', { params })),
    placeholderData: keepPreviousData,
  });
}
